import COpenSSL

/// The names in a certificate that a client has shown and the server has verified.
public struct TLSClientCertificate: Sendable, Hashable {
    /// The subject's common name; `nil` if there is none, more than one, or one that is longer than 256 bytes, not UTF-8 or
    /// holds control characters.
    public let commonName: String?
    /// The first 100 DNS names of the subject alternative name.
    public let dnsNames: [String]

    /// The certificate of the client of a server's connection whose handshake is complete.
    init?(clientOf ssl: OpaquePointer) {
        guard SSL_is_server(ssl) == 1, SSL_get_verify_result(ssl) == CLong(X509_V_OK),
            let certificate = SSL_get0_peer_certificate(ssl)
        else { return nil }
        commonName = Self.commonName(X509_get_subject_name(certificate))
        dnsNames = CertificateText.subjectNames(certificate, limit: 100).dns
    }

    private static func commonName(_ subject: OpaquePointer?) -> String? {
        guard let subject else { return nil }
        let index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        guard index >= 0, X509_NAME_get_index_by_NID(subject, NID_commonName, index) < 0,
            let value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index))
        else { return nil }
        var bytes: UnsafeMutablePointer<UInt8>?
        let length = ASN1_STRING_to_UTF8(&bytes, value)
        guard length > 0, let bytes else { return nil }
        defer { CRYPTO_free(bytes, nil, 0) }
        let text = String(validating: UnsafeBufferPointer(start: bytes, count: Int(length)), as: UTF8.self)
        return text.flatMap { text in
            text.utf8.count <= 256 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } ? text : nil
        }
    }
}

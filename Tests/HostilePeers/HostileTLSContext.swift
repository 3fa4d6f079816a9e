internal import COpenSSL

/// An `SSL_CTX` of a server, without the restrictions of the project's own TLS: it may renegotiate.
///
/// `@unchecked Sendable`: set up by the thread that makes it; afterwards only `SSL_new` is called on it, which OpenSSL
/// locks.
final class HostileTLSContext: @unchecked Sendable {
    let pointer: OpaquePointer

    /// OpenSSL refuses the certificate, the key or the version.
    struct Unusable: Error {}

    /// - Parameters:
    ///   - certificate: in PEM.
    ///   - key: its private key, in PEM.
    ///   - version: the only one that is spoken, such as `TLS1_3_VERSION`.
    init(certificate: [UInt8], key: [UInt8], version: Int32) throws {
        guard let pointer = SSL_CTX_new(TLS_server_method()) else { throw Unusable() }
        self.pointer = pointer
        let leaf = Self.read(certificate) { PEM_read_bio_X509($0, nil, nil, nil) }
        let privateKey = Self.read(key) { PEM_read_bio_PrivateKey($0, nil, nil, nil) }
        defer {
            X509_free(leaf)
            EVP_PKEY_free(privateKey)
        }
        guard SSL_CTX_use_certificate(pointer, leaf) == 1, SSL_CTX_use_PrivateKey(pointer, privateKey) == 1,
            COpenSSL_SSL_CTX_set_min_proto_version(pointer, version) == 1,
            COpenSSL_SSL_CTX_set_max_proto_version(pointer, version) == 1
        else { throw Unusable() }
    }

    deinit { SSL_CTX_free(pointer) }

    private static func read<Object>(_ pem: [UInt8], _ parse: (OpaquePointer) -> Object?) -> Object? {
        pem.withUnsafeBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
            defer { BIO_free(bio) }
            return parse(bio)
        }
    }
}

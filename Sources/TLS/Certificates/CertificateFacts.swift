import COpenSSL

/// What a certificate says, read from its PEM for those who look after certificates.
///
/// Anyone may have written it: nothing here has been verified. Texts are cut to a length and to printable characters.
public struct CertificateFacts: Sendable {
    /// More than this is no bundle that anyone made in earnest.
    private static let maximumLength = 1024 * 1024

    /// The certificate alone, as OpenSSL writes it: without the comments and the neighbours that it was read with.
    public let pem: [UInt8]
    /// The subject by RFC 4514, such as `CN=mail.example.com`.
    public let subject: String
    /// The issuer by RFC 4514.
    public let issuer: String
    /// The serial number in hexadecimal.
    public let serialNumber: String
    /// The DNS names that it is for (RFC 5280 section 4.2.1.6); the common name doesn't count.
    public let dnsNames: [String]
    /// The IP addresses that it is for.
    public let ipAddresses: [String]
    /// When it is valid.
    public let validity: CertificateValidity
    /// The SHA-256 digest of the certificate in lower-case hexadecimal.
    public let fingerprint: String
    /// Whether it may sign others: basic constraints and key usage both allow it.
    public let isAuthority: Bool
    /// Reading one takes OpenSSL a good part of a millisecond.
    let certificate: Certificate

    /// All certificates of a PEM text, in its order.
    ///
    /// - Throws: ``TLSError`` with code `configuration` when the text is too long or holds no certificate, or when one
    ///   of them is broken.
    public static func read(_ pem: [UInt8]) throws(TLSError) -> [CertificateFacts] {
        guard pem.count <= maximumLength else {
            throw .configuration("the PEM text is longer than \(maximumLength) bytes")
        }
        var facts: [CertificateFacts] = []
        for certificate in try Certificate.parseChain(pem) {
            facts.append(try CertificateFacts(certificate))
        }
        return facts
    }

    init(_ certificate: Certificate) throws(TLSError) {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let pem = certificate.pem, let fingerprint = certificate.fingerprint else {
            throw .configuration("the certificate can't be written again: \(OpenSSLErrors.take().summary)")
        }
        guard let notBefore = CertificateTime.seconds(X509_get0_notBefore(certificate.pointer)),
            let notAfter = CertificateTime.seconds(X509_get0_notAfter(certificate.pointer))
        else { throw .configuration("the certificate has times that can't be read") }
        self.certificate = certificate
        self.pem = pem
        self.fingerprint = fingerprint
        validity = CertificateValidity(notBefore: notBefore, notAfter: notAfter)
        subject = CertificateText.name(X509_get_subject_name(certificate.pointer))
        issuer = CertificateText.name(X509_get_issuer_name(certificate.pointer))
        serialNumber = CertificateText.serialNumber(X509_get0_serialNumber(certificate.pointer))
        let names = CertificateText.subjectNames(certificate.pointer, limit: 100)
        dnsNames = names.dns
        ipAddresses = names.ip
        isAuthority = X509_check_ca(certificate.pointer) == 1
    }
}

extension CertificateFacts: Hashable {
    /// Certificates are the same when all their bytes are.
    public static func == (left: CertificateFacts, right: CertificateFacts) -> Bool {
        left.fingerprint == right.fingerprint
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(fingerprint)
    }
}

extension CertificateFacts: CustomStringConvertible {
    /// The subject and the beginning of the fingerprint: one line for a log.
    public var description: String { "\(subject) (SHA-256 \(fingerprint.prefix(16)))" }
}

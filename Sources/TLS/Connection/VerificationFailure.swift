import COpenSSL

/// What was wrong with a peer's certificate, in words that an operator can act on.
struct VerificationFailure {
    private let code: CInt
    private let subject: String
    private let issuer: String
    private let notBefore: String
    private let notAfter: String
    private let names: [String]

    init?(_ store: OpaquePointer) {
        code = X509_STORE_CTX_get_error(store)
        guard let certificate = X509_STORE_CTX_get_current_cert(store) else { return nil }
        subject = CertificateText.name(X509_get_subject_name(certificate))
        issuer = CertificateText.name(X509_get_issuer_name(certificate))
        notBefore = CertificateText.time(X509_get0_notBefore(certificate))
        notAfter = CertificateText.time(X509_get0_notAfter(certificate))
        names = CertificateText.subjectNames(certificate)
    }

    func reason(peer: String) -> String {
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return "\(peer): the certificate of \(subject) expired at \(notAfter); it has to be renewed"
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "\(peer): the certificate of \(subject) is not valid before \(notBefore); check the clocks"
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return "\(peer): unknown issuer \(issuer); add its CA certificate to the trusted ones"
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return "\(peer): the certificate of \(subject) is self-signed; add it to the trusted ones if it is right"
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return "\(peer): the chain ends in the unknown issuer \(subject); add this CA to the trusted ones"
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            let list = names.isEmpty ? subject : names.joined(separator: ", ")
            return "\(peer): the certificate is for \(list); check the host name"
        default:
            let text = String(cString: X509_verify_cert_error_string(CLong(code)))
            return "\(peer): certificate of \(subject): \(text)"
        }
    }
}

extension TLSConnection {
    /// Changes nothing about the verdict; only notes what was found.
    static let verifyCallback: @convention(c) (CInt, OpaquePointer?) -> CInt = { verdict, store in
        guard verdict != 1, let store else { return verdict }
        let index = SSL_get_ex_data_X509_STORE_CTX_idx()
        let ssl = X509_STORE_CTX_get_ex_data(store, index).map { OpaquePointer($0) }
        TLSConnection.connection(of: ssl)?.verificationFailure = VerificationFailure(store)
        return verdict
    }
}

import COpenSSL

/// Puts an X.509 version 3 certificate together (RFC 5280).
struct CertificateBuilder {
    let certificate: Certificate
    private let key: PrivateKey

    /// Starts with the subject, its key, a random serial number and the times.
    init(key: PrivateKey, commonName: String?, validity: CertificateValidity) throws(TLSError) {
        ERR_clear_error()
        guard let pointer = X509_new() else { throw Self.failure("can't be allocated") }
        self.certificate = Certificate(owning: pointer)
        self.key = key

        guard X509_set_version(pointer, CLong(X509_VERSION_3)) == 1, X509_set_pubkey(pointer, key.pointer) == 1 else {
            throw Self.failure("can't take its key")
        }
        try setSerialNumber()
        guard ASN1_TIME_set(X509_getm_notBefore(pointer), time_t(validity.notBefore)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(pointer), time_t(validity.notAfter)) != nil
        else { throw Self.failure("can't have these times") }
        guard let commonName else { return }
        let text = Array(commonName.utf8)
        let subject = X509_get_subject_name(pointer)
        guard
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, CInt(clamping: text.count), -1, 0) == 1
        else { throw Self.failure("can't have this name") }
    }

    /// 127 random bits: unique without anyone keeping count (RFC 5280 section 4.1.2.2).
    private func setSerialNumber() throws(TLSError) {
        guard let number = BN_new() else { throw Self.failure("can't be allocated") }
        defer { BN_free(number) }
        guard BN_rand(number, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1,
            BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.pointer)) != nil
        else { throw Self.failure("can't have a serial number") }
    }

    func setIssuer(_ issuer: Certificate) throws(TLSError) {
        ERR_clear_error()
        guard X509_set_issuer_name(certificate.pointer, X509_get_subject_name(issuer.pointer)) == 1 else {
            throw Self.failure("can't have this issuer")
        }
    }

    /// Adds an extension written in OpenSSL's configuration language: only for constants, which can't inject anything.
    func add(_ identifier: CInt, _ value: StaticString, issuer: Certificate) throws(TLSError) {
        ERR_clear_error()
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer.pointer, certificate.pointer, nil, nil, 0)
        guard let made = X509V3_EXT_nconf_nid(nil, &context, identifier, "\(value)") else {
            throw Self.failure("can't have the extension \(value)")
        }
        defer { X509_EXTENSION_free(made) }
        guard X509_add_ext(certificate.pointer, made, -1) == 1 else {
            throw Self.failure("can't take the extension \(value)")
        }
    }

    /// Adds the subject alternative name, critical where the subject is empty (RFC 5280 section 4.2.1.6).
    func addSubjectNames(dnsNames: [String], ipAddresses: [String]) throws(TLSError) {
        guard !dnsNames.isEmpty || !ipAddresses.isEmpty else {
            throw .configuration("a certificate needs at least one host name or IP address")
        }
        ERR_clear_error()
        guard let names = OPENSSL_sk_new_null() else { throw Self.failure("can't be allocated") }
        defer { GENERAL_NAMES_free(names) }
        for name in dnsNames {
            try append(try dnsName(name), type: GEN_DNS, to: names)
        }
        for address in ipAddresses {
            guard let octets = a2i_IPADDRESS(address) else {
                throw .configuration("\(address) is not an IP address")
            }
            try append(octets, type: GEN_IPADD, to: names)
        }
        let isCritical: CInt = X509_NAME_entry_count(X509_get_subject_name(certificate.pointer)) == 0 ? 1 : 0
        let added = X509_add1_ext_i2d(
            certificate.pointer,
            NID_subject_alt_name,
            UnsafeMutableRawPointer(names),
            isCritical,
            0
        )
        guard added == 1 else { throw Self.failure("can't have these names") }
    }

    private func dnsName(_ name: String) throws(TLSError) -> UnsafeMutablePointer<ASN1_STRING> {
        let text = Array(name.utf8)
        let isPlain = text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "*"):
                true
            default: false
            }
        }
        guard isPlain, (1...253).contains(text.count) else {
            throw .configuration("\(name) is not a host name")
        }
        guard let string = ASN1_STRING_type_new(V_ASN1_IA5STRING) else { throw Self.failure("can't be allocated") }
        guard ASN1_STRING_set(string, text, CInt(text.count)) == 1 else {
            ASN1_STRING_free(string)
            throw Self.failure("can't be allocated")
        }
        return string
    }

    /// Takes over `value` whether or not it succeeds.
    private func append(
        _ value: UnsafeMutablePointer<ASN1_STRING>,
        type: CInt,
        to names: OpaquePointer
    ) throws(TLSError) {
        guard let entry = GENERAL_NAME_new() else {
            ASN1_STRING_free(value)
            throw Self.failure("can't be allocated")
        }
        GENERAL_NAME_set0_value(entry, type, value)
        guard OPENSSL_sk_push(names, entry) > 0 else {
            GENERAL_NAME_free(entry)
            throw Self.failure("can't be allocated")
        }
    }

    /// Signs the certificate and returns it as PEM, together with the key it is for.
    func sign(with issuerKey: PrivateKey) throws(TLSError) -> TLSIdentity {
        ERR_clear_error()
        guard X509_sign(certificate.pointer, issuerKey.pointer, EVP_sha256()) > 0 else {
            throw Self.failure("can't be signed")
        }
        guard let certificatePEM = certificate.pem, let keyPEM = key.pem else {
            throw Self.failure("can't be written as PEM")
        }
        return TLSIdentity(certificateChainPEM: certificatePEM, privateKeyPEM: keyPEM)
    }

    private static func failure(_ what: String) -> TLSError {
        .configuration("the certificate \(what): \(OpenSSLErrors.take().summary)")
    }
}

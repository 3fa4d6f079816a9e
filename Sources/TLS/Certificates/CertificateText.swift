import COpenSSL

/// Parts of a certificate as text. A peer wrote them, so they are cut to a length and to printable characters.
enum CertificateText {
    private static let maximumLength = 256
    private static let maximumNames = 10

    /// RFC 4514: `CN=mail.example.com,O=Example`.
    static func name(_ name: OpaquePointer?) -> String {
        guard let name, let output = BIO_new(BIO_s_mem()) else { return "unknown" }
        defer { BIO_free_all(output) }
        X509_NAME_print_ex(output, name, 0, COpenSSL_XN_FLAG_RFC2253)
        let text = printable(MemoryBIO.bytes(output))
        return text.isEmpty ? "an empty name" : text
    }

    /// `2026-01-31 12:00:00Z`.
    static func time(_ time: UnsafePointer<ASN1_TIME>?) -> String {
        guard let time, let general = ASN1_TIME_to_generalizedtime(time, nil) else { return "an unknown time" }
        defer { ASN1_GENERALIZEDTIME_free(general) }
        let digits = printable(bytes(general))
        guard digits.utf8.count == 15 else { return digits }
        let parts = [(0, 4), (4, 2), (6, 2), (8, 2), (10, 2), (12, 2)].map { digits.dropFirst($0.0).prefix($0.1) }
        return "\(parts[0])-\(parts[1])-\(parts[2]) \(parts[3]):\(parts[4]):\(parts[5])Z"
    }

    /// The DNS names and IP addresses that the certificate is for, cut for a message.
    static func subjectNames(_ certificate: OpaquePointer) -> [String] {
        let names = subjectNames(certificate, limit: maximumNames + 1)
        let all = names.dns + names.ip
        return all.count > maximumNames ? all.prefix(maximumNames) + ["…"] : all
    }

    /// The DNS names and IP addresses that the certificate is for, no more than `limit` of both together.
    static func subjectNames(_ certificate: OpaquePointer, limit: Int) -> (dns: [String], ip: [String]) {
        var names: (dns: [String], ip: [String]) = ([], [])
        guard let decoded = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return names }
        let stack = OpaquePointer(decoded)
        defer { GENERAL_NAMES_free(stack) }

        for index in 0..<OPENSSL_sk_num(stack) {
            guard names.dns.count + names.ip.count < limit else { break }
            var type: CInt = 0
            guard let entry = OPENSSL_sk_value(stack, index)?.assumingMemoryBound(to: GENERAL_NAME.self),
                let value = GENERAL_NAME_get0_value(entry, &type)?.assumingMemoryBound(to: ASN1_STRING.self)
            else { continue }
            switch type {
            case GEN_DNS: names.dns.append(printable(bytes(value)))
            case GEN_IPADD: names.ip.append(address(bytes(value)))
            default: continue
            }
        }
        return names
    }

    /// A serial number in hexadecimal. RFC 5280 allows 20 octets; what is longer is cut.
    static func serialNumber(_ number: UnsafePointer<ASN1_INTEGER>?) -> String {
        guard let number else { return "" }
        return hexadecimal(bytes(number).prefix(maximumLength))
    }

    /// Two lower-case digits for each byte.
    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] })
    }

    private static func address(_ bytes: [UInt8]) -> String {
        if bytes.count == 4 {
            return bytes.map { String($0) }.joined(separator: ".")
        }
        return stride(from: 0, to: bytes.count - bytes.count % 2, by: 2)
            .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
            .joined(separator: ":")
    }

    private static func bytes(_ string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        let length = Int(ASN1_STRING_length(string))
        guard length > 0, let start = ASN1_STRING_get0_data(string) else { return [] }
        return Array(UnsafeBufferPointer(start: start, count: length))
    }

    private static func printable(_ bytes: [UInt8]) -> String {
        String(
            decoding: bytes.prefix(maximumLength).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") },
            as: UTF8.self
        )
    }
}

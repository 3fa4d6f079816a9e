import FoundationEssentials

/// When certificates end: the one thing of X.509 that is read here, so that the plugin needs no cryptography.
enum CertificateEnd {
    private static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"

    /// The ends of all certificates of a `caBundle`, which is PEM in base64. What can't be read is passed over.
    static func all(inBundle bundle: String) -> [Date] {
        guard bundle.utf8.count <= 1 << 20, let data = Data(base64Encoded: bundle) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: begin).compactMap { part in
            guard let range = part.firstRange(of: end) else { return nil }
            return Data(base64Encoded: String(part[..<range.lowerBound]), options: .ignoreUnknownCharacters)
                .flatMap { of(certificate: Array($0)) }
        }
    }

    /// `tbsCertificate.validity.notAfter` of a certificate in DER (RFC 5280, 4.1).
    static func of(certificate: [UInt8]) -> Date? {
        guard let certificate = Element.first(of: certificate[...]), certificate.tag == Element.sequence,
            let body = Element.first(of: certificate.content), body.tag == Element.sequence
        else { return nil }
        var fields = Element.all(of: body.content)[...]
        // The version, where it isn't the first.
        if fields.first?.tag == 0xA0 { fields = fields.dropFirst() }
        // Serial number, signature algorithm, issuer, then the validity.
        guard let validity = fields.dropFirst(3).first, validity.tag == Element.sequence else { return nil }
        let times = Element.all(of: validity.content)
        guard times.count == 2 else { return nil }
        return time(times[1])
    }

    /// A UTCTime, `YYMMDDHHMMSSZ`, or a GeneralizedTime with four digits of the year.
    private static func time(_ element: Element) -> Date? {
        var text = String(decoding: element.content, as: UTF8.self)
        switch element.tag {
        case 0x17:
            guard let year = Int(text.prefix(2)) else { return nil }
            text = (year < 50 ? "20" : "19") + text
        case 0x18: break
        default: return nil
        }
        guard text.utf8.count == 15, text.hasSuffix("Z") else { return nil }
        let digits = Array(text)
        func part(_ from: Int, _ count: Int) -> String { String(digits[from..<from + count]) }
        let iso = "\(part(0, 4))-\(part(4, 2))-\(part(6, 2))T\(part(8, 2)):\(part(10, 2)):\(part(12, 2))Z"
        return try? Date(iso, strategy: .iso8601)
    }

    /// An element of DER: a tag, a length, and what it holds.
    private struct Element {
        static let sequence: UInt8 = 0x30

        let tag: UInt8
        let content: ArraySlice<UInt8>

        /// The first element; `nil` where the octets are none.
        static func first(of octets: ArraySlice<UInt8>) -> Element? {
            guard octets.count >= 2 else { return nil }
            let tag = octets[octets.startIndex]
            var rest = octets.dropFirst(2)
            var length = Int(octets[octets.startIndex + 1])
            if length >= 0x80 {
                let count = length - 0x80
                // Three octets of length are 16 MiB.
                guard (1...3).contains(count), rest.count >= count else { return nil }
                length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(count)
            }
            guard rest.count >= length else { return nil }
            return Element(tag: tag, content: rest.prefix(length))
        }

        static func all(of octets: ArraySlice<UInt8>) -> [Element] {
            var elements: [Element] = []
            var rest = octets
            while let element = first(of: rest) {
                elements.append(element)
                rest = rest[element.content.endIndex...]
            }
            return elements
        }
    }
}

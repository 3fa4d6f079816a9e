extension ObjectValue {
    /// The value as JSON text (RFC 8259): compact, in UTF-8, members in the order of their names' octets, so that equal
    /// values give equal texts.
    ///
    /// Reading it back gives the same value: integers stay integers, doubles stay doubles to the last bit. Doubles that
    /// are no numbers, which no reader produces and JSON cannot say, become `null`.
    public func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.append(self)
        return writer.octets
    }
}

/// Builds the text.
private struct JSONWriter {
    private(set) var octets: [UInt8] = []

    mutating func append(_ value: ObjectValue) {
        switch value {
        case .null: append(plain: "null")
        case .bool(let bool): append(plain: bool ? "true" : "false")
        case .integer(let integer): append(plain: String(integer))
        // Swift prints the shortest text that gives the same double, always with a point or an exponent.
        case .double(let double): append(plain: double.isFinite ? double.description : "null")
        case .string(let text): append(quoted: text)
        case .array(let items):
            append(sign: "[")
            for (index, item) in items.enumerated() {
                if index > 0 { append(sign: ",") }
                append(item)
            }
            append(sign: "]")
        case .object(let members):
            append(sign: "{")
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { append(sign: ",") }
                append(quoted: member.key)
                append(sign: ":")
                append(member.value)
            }
            append(sign: "}")
        }
    }

    private mutating func append(sign: Unicode.Scalar) {
        octets.append(UInt8(ascii: sign))
    }

    private mutating func append(plain text: String) {
        octets.append(contentsOf: text.utf8)
    }

    /// RFC 8259 §7: quotes, backslashes and control characters are escaped, nothing else must be.
    private mutating func append(quoted text: String) {
        append(sign: "\"")
        var text = text
        text.withUTF8 { utf8 in
            // Most texts need no escape: what lies between two escapes is copied in one go.
            var start = 0
            for (index, octet) in utf8.enumerated() where octet < 0x20 || octet == 0x22 || octet == 0x5C {
                octets.append(contentsOf: utf8[start..<index])
                append(escapeOf: octet)
                start = index + 1
            }
            octets.append(contentsOf: utf8[start...])
        }
        append(sign: "\"")
    }

    private mutating func append(escapeOf octet: UInt8) {
        switch octet {
        case 0x22: append(plain: "\\\"")
        case 0x5C: append(plain: "\\\\")
        case 0x08: append(plain: "\\b")
        case 0x09: append(plain: "\\t")
        case 0x0A: append(plain: "\\n")
        case 0x0C: append(plain: "\\f")
        case 0x0D: append(plain: "\\r")
        default:
            append(plain: octet < 0x10 ? "\\u000" : "\\u00")
            append(plain: String(octet, radix: 16))
        }
    }
}

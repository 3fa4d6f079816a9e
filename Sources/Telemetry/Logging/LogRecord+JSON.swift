import Logging

extension LogRecord {
    private static let ownKeys: Set<String> = ["time", "level", "logger", "message"]

    /// A JSON object on a line: time, level, logger, message, then the metadata beside them. A metadata key that is one
    /// of ours gets the prefix `metadata.`, so that no key comes twice.
    var jsonLine: [UInt8] {
        var json = "{"
        Self.append("time", .string(time), to: &json)
        Self.append("level", .string(level.rawValue), to: &json)
        Self.append("logger", .string(logger), to: &json)
        Self.append("message", .string(message), to: &json)
        for (key, value) in metadata {
            Self.append(Self.ownKeys.contains(key) ? "metadata." + key : key, value, to: &json)
        }
        json += "}\n"
        return Array(json.utf8)
    }

    /// A metadata value as JSON. Integers and truth values stay what they are.
    static func json(_ value: Logger.MetadataValue) -> String {
        var json = ""
        append(value, to: &json)
        return json
    }

    private static func append(_ key: String, _ value: Logger.MetadataValue, to json: inout String) {
        if json.utf8.last != UInt8(ascii: "{") { json += "," }
        append(key, to: &json)
        json += ":"
        append(value, to: &json)
    }

    private static func append(_ value: Logger.MetadataValue, to json: inout String) {
        switch value {
        case .string(let text):
            append(text, to: &json)
        case .stringConvertible(let value as any FixedWidthInteger):
            json += String(describing: value)
        case .stringConvertible(let value as Bool):
            json += value ? "true" : "false"
        case .stringConvertible(let value):
            append(value.description, to: &json)
        case .dictionary(let members):
            json += "{"
            for (key, value) in members.sorted(by: { $0.key < $1.key }) { append(key, value, to: &json) }
            json += "}"
        case .array(let elements):
            json += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { json += "," }
                append(element, to: &json)
            }
            json += "]"
        }
    }

    /// A JSON string, RFC 8259 §7. All control and format characters are escaped, so a line can do a terminal no harm.
    private static func append(_ text: String, to json: inout String) {
        json += "\""
        defer { json += "\"" }
        // Nearly all texts are plain.
        guard !text.utf8.allSatisfy(isPlain) else { return json += text }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += #"\""#
            case "\\": json += #"\\"#
            case "\n": json += #"\n"#
            case "\r": json += #"\r"#
            case "\t": json += #"\t"#
            case _ where isHidden(scalar):
                // Above U+FFFF as two surrogates.
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: json.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        (0x20...0x7E).contains(octet) && octet != UInt8(ascii: "\"") && octet != UInt8(ascii: "\\")
    }
}

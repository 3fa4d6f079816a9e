/// The pieces of Prometheus's text exposition format, version 0.0.4.
enum ExpositionFormat {
    /// Appends the text of a `# HELP` line: backslash and line feed are escaped.
    static func appendHelp(_ help: String, to output: inout [UInt8]) {
        for byte in help.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): output.append(contentsOf: #"\\"#.utf8)
            case UInt8(ascii: "\n"): output.append(contentsOf: #"\n"#.utf8)
            default: output.append(byte)
            }
        }
    }

    /// A label as it stands between the braces; backslash, quote and line feed in the value are escaped.
    static func label(_ name: String, _ value: String) -> String {
        var text = name + "=\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// A number in a form that every parser of the format takes; whole numbers carry no fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return value.description
    }
}

/// An SMTP reply (RFC 5321 §4.2), of one line or more.
public struct SinkReply: Sendable, Hashable {
    /// The three digits. Whatever a script asks for is sent, sensible or not.
    public var code: Int
    /// RFC 3463's status code, such as `5.1.1`, put in front of every line's text.
    public var enhanced: String?
    /// The text of each line; at least one.
    public var lines: [String]

    /// Makes a reply.
    public init(_ code: Int, _ enhanced: String? = nil, lines: [String]) {
        self.code = code
        self.enhanced = enhanced
        self.lines = lines
    }

    /// Makes a reply of one line.
    public init(_ code: Int, _ enhanced: String? = nil, _ text: String) {
        self.init(code, enhanced, lines: [text])
    }

    /// Whether the command it answers has succeeded so far: 2xx or 3xx.
    public var isPositive: Bool {
        (200..<400).contains(code)
    }

    /// The reply as it goes over the wire.
    ///
    /// - Parameter withEnhanced: whether status codes are sent: not when ENHANCEDSTATUSCODES isn't on offer.
    func rendered(withEnhanced: Bool) -> String {
        let status = withEnhanced ? enhanced.map { $0 + " " } ?? "" : ""
        var text = ""
        for (index, line) in lines.enumerated() {
            text += "\(code)\(index == lines.count - 1 ? " " : "-")\(status)\(line)\r\n"
        }
        return text
    }
}

/// What MAIL and RCPT carry: a path and its extension parameters.
public struct EnvelopeAddress: Hashable, Sendable {
    /// The reverse-path or forward-path.
    public var path: EnvelopePath
    /// The extension parameters in the order in which they came.
    public var parameters: [Parameter]

    /// A parameter of MAIL between the relay and the product's own tools: the relay answers when it could have a session,
    /// or why not. It isn't offered in EHLO, and mail servers don't see it.
    public static let sessionCheck = "X-SESSION"

    /// The value of SIZE, in octets (RFC 1870); nil where it is absent or no number.
    public var declaredSize: Int? {
        parameters.first { $0.keyword == "SIZE" }?.number
    }

    /// Whether the path or a parameter has letters outside ASCII, which need SMTPUTF8 (RFC 6531).
    public var isInternationalized: Bool {
        path.isInternationalized || parameters.contains { $0.value?.utf8.contains { $0 >= 0x80 } ?? false }
    }

    /// Reads `FROM:` or `TO:`, a path and parameters.
    static func read(_ argument: Substring.UTF8View, after label: StaticString) -> EnvelopeAddress? {
        let label = "\(label)".utf8
        guard argument.count > label.count, argument.prefix(label.count).elementsEqual(label, by: equalIgnoringCase)
        else {
            return nil
        }
        var rest = argument.dropFirst(label.count)
        guard let path = EnvelopePath.take(from: &rest) else { return nil }
        guard rest.isEmpty || rest.first == UInt8(ascii: " "), let parameters = Parameter.list(from: rest) else {
            return nil
        }
        return EnvelopeAddress(path: path, parameters: parameters)
    }

    private static func equalIgnoringCase(_ one: UInt8, _ other: UInt8) -> Bool {
        one == other || (one | 0x20 == other | 0x20 && (0x61...0x7A).contains(one | 0x20))
    }
}

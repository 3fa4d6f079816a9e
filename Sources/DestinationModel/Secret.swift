/// A text that must never be printed: a password, a client secret, a token.
///
/// Whatever prints it (interpolation, `dump`, a debugger's mirror, a failed test expectation) sees `<redacted>`.
/// It is not `Encodable` on purpose. Call ``reveal()`` where the text leaves for the server it is meant for, and
/// nowhere else.
public struct Secret: Hashable, Sendable {
    private let text: String

    /// Wraps a text.
    public init(_ text: String) {
        self.text = text
    }

    /// The text itself. Don't keep, log or interpolate what this returns.
    public func reveal() -> String {
        text
    }

    /// Whether the text is empty, which says nothing worth hiding.
    public var isEmpty: Bool { text.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}

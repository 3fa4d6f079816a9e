/// A request method (RFC 9110 §9). Any token is possible; whether it is one is checked when the request is sent.
public struct HTTPMethod: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The method as it goes over the wire; methods are case-sensitive.
    public let rawValue: String

    /// A method of that name.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    public init(stringLiteral value: String) { self.init(value) }

    public var description: String { rawValue }

    /// Reads.
    public static let get = HTTPMethod("GET")
    /// Reads without the body.
    public static let head = HTTPMethod("HEAD")
    /// Hands something in.
    public static let post = HTTPMethod("POST")
}

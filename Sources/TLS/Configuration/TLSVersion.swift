/// A version of the TLS protocol.
public struct TLSVersion: Comparable, Hashable, Sendable {
    /// The number as it stands on the wire, `0x0303` for TLS 1.2.
    let wireValue: UInt16

    // The names follow the protocol's: v1_2 can't be misread as twelve.

    /// TLS 1.0, forbidden by RFC 8996. Known so that it can be named in a refusal.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let v1_0 = TLSVersion(wireValue: 0x0301)
    /// TLS 1.1, forbidden by RFC 8996. Known so that it can be named in a refusal.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let v1_1 = TLSVersion(wireValue: 0x0302)
    /// TLS 1.2, RFC 5246.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let v1_2 = TLSVersion(wireValue: 0x0303)
    /// TLS 1.3, RFC 8446.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let v1_3 = TLSVersion(wireValue: 0x0304)

    /// Orders versions from the oldest to the newest.
    public static func < (lhs: TLSVersion, rhs: TLSVersion) -> Bool {
        lhs.wireValue < rhs.wireValue
    }
}

extension TLSVersion: CustomStringConvertible {
    /// `TLSv1.2` and so on, the way OpenSSL and everyone's logs write it.
    public var description: String {
        switch self {
        case .v1_0: "TLSv1.0"
        case .v1_1: "TLSv1.1"
        case .v1_2: "TLSv1.2"
        case .v1_3: "TLSv1.3"
        default: "TLS version \(wireValue)"
        }
    }
}

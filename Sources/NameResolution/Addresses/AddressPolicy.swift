/// Which addresses the relay connects to on behalf of a destination.
///
/// To be asked about the address of the connection itself, after the look-up: a name may lead elsewhere with each
/// look-up.
public struct AddressPolicy: Hashable, Sendable {
    /// Why an address is refused.
    public enum Denial: String, Hashable, Sendable, CaseIterable {
        case loopback
        case linkLocal = "link-local"
        case unspecified
        case multicast
        case broadcast
        case apiServer = "of the cluster's API server"
    }

    /// Blocks that are allowed although they would be refused.
    public var allowed: [AddressRange]
    /// The addresses of the cluster's API server.
    public var apiServer: Set<IPAddress>
    /// What the administrator sets to allow more, for messages: a configuration key or an option.
    public var setting: String

    public init(allowed: [AddressRange] = [], apiServer: Set<IPAddress> = [], setting: String) {
        self.allowed = allowed
        self.apiServer = apiServer
        self.setting = setting
    }

    /// The loopback addresses of both families.
    public static let loopback = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }

    /// Why an address is refused; `nil` where it is allowed. Private addresses are.
    public func denial(of address: IPAddress) -> Denial? {
        let embedded = address.embeddedIPv4
        let candidates = [address, embedded].compactMap(\.self)
        if allowed.contains(where: { range in candidates.contains(where: range.contains) }) { return nil }
        if candidates.contains(where: apiServer.contains) { return .apiServer }
        return Self.special(embedded ?? address)
    }

    /// One line about a refused address, for logs.
    public func text(_ address: IPAddress, _ denial: Denial) -> String {
        "address not allowed: \(address) is \(denial.rawValue), \(setting) can allow it"
    }

    private static func special(_ address: IPAddress) -> Denial? {
        let bytes = address.bytes
        switch address.family {
        case .v4:
            switch (bytes[0], bytes[1]) {
            // "This network" (RFC 1122 §3.2.1.3): Linux connects to itself for 0.0.0.0.
            case (0, _): return .unspecified
            case (127, _): return .loopback
            case (169, 254): return .linkLocal
            case (224...239, _): return .multicast
            default: return bytes.allSatisfy { $0 == 255 } ? .broadcast : nil
            }
        case .v6:
            switch (bytes[0], bytes[1]) {
            case (0xFE, 0x80...0xBF): return .linkLocal
            case (0xFF, _): return .multicast
            default: break
            }
            guard bytes.dropLast().allSatisfy({ $0 == 0 }) else { return nil }
            return bytes[15] == 0 ? .unspecified : bytes[15] == 1 ? .loopback : nil
        }
    }
}

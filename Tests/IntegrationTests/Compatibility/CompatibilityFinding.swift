import FoundationEssentials

/// What came of a client's sending one kind of message through the relay.
struct CompatibilityFinding {
    /// A mail server behind the relay.
    enum Server: String, CaseIterable {
        case postfix, dovecot, exim
    }

    /// Those that stored it.
    var servers: [Server]
    /// Whether what they stored isn't the message that the client was given: it would be the same without the relay.
    var isAltered: Bool

    /// As the page's table says it.
    var words: String {
        let names =
            switch servers {
            case Server.allCases: "yes"
            case []: "no"
            default: servers.map(\.rawValue.capitalized).joined(separator: ", ")
            }
        return names + (isAltered ? " \\*" : "")
    }
}

import DestinationModel

/// How applications use a Destination.
struct Usage: Sendable {
    private let namespace: String
    private let services: [String]
    private let port: Int
    private let name: String

    init(_ draft: DestinationDraft, namespace: String) {
        self.namespace = namespace
        name = draft.name
        services =
            draft.tenants.isEmpty
            ? [draft.name] : draft.tenants.map { ServiceName.text(resource: draft.name, tenant: $0) }
        port = draft.port ?? MailDestination.defaultPort
    }

    /// What to do next.
    var lines: [StyledText] {
        var lines: [StyledText] = ["applications connect by plain SMTP, without EHLO, TLS or login:"]
        lines += services.prefix(3).map { StyledText("  telnet \($0).\(namespace) \(port)") }
        if services.count > 3 { lines.append("  and \(services.count - 3) more") }
        lines.append("see how it fares: kubectl tproxy describe -n \(namespace) \(name)")
        return lines
    }
}

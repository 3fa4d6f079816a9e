import DestinationModel

/// How applications reach Services: what is typed to try it.
struct Usage: Sendable {
    let services: [String]
    let namespace: String
    let port: Int

    /// A line for each Service, or the first of many.
    var lines: [StyledText] {
        var lines = services.prefix(3).map { StyledText("  telnet \($0).\(namespace) \(port)") }
        if services.count > 3 { lines.append(StyledText("  and \(services.count - 3) more", .faint)) }
        return lines
    }
}

extension DestinationDraft {
    /// How applications will reach it.
    func usage(in namespace: String) -> Usage {
        let tenants: [String?] = tenants.isEmpty ? [nil] : tenants
        return Usage(
            services: tenants.map { ServiceName.text(resource: name, tenant: $0) },
            namespace: namespace,
            port: port ?? MailDestination.defaultPort
        )
    }
}

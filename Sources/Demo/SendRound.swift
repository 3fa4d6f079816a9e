import MailSink

/// `--send`: a mail for each tenant, and the proof that each went out as the right one.
struct SendRound {
    let terminal: Terminal
    let servers: DemoServers
    let tenants: [Tenant]
    let routes: [String: RelayRoute]

    /// - Returns: the exit code: 0 if all mails arrived, each under its tenant's login and unaltered.
    func run() async throws -> Int32 {
        var problems: [String] = []
        for (index, tenant) in tenants.enumerated() {
            guard let route = routes[tenant.name] else { continue }
            terminal.say("\(tenant.name): telnet \(route.address) \(route.port)", .bold)
            try await SMTPDialogue(terminal: terminal).play(with: route)
            let mails = try await servers.mail.waitForMails(index + 1)
            problems += mails.last.map { Self.problems(of: $0, tenant) } ?? []
            terminal.say()
        }
        guard servers.mail.counters.mails == tenants.count else {
            terminal.complain("\(servers.mail.counters.mails) mails arrived, \(tenants.count) were sent.")
            return 1
        }
        for problem in problems { terminal.complain(problem) }
        guard problems.isEmpty else { return 1 }
        terminal.say("All well: each mail left over SMTPS under its own tenant's login, unaltered.", .green)
        return 0
    }

    /// What is wrong with a mail that arrived.
    private static func problems(of mail: ReceivedMail, _ tenant: Tenant) -> [String] {
        var problems: [String] = []
        let expected =
            switch tenant.login {
            case .password: SinkLogin(user: tenant.user, mechanism: .plain)
            case .clientCredentials: SinkLogin(user: tenant.user, mechanism: .xoauth2)
            }
        if mail.login != expected {
            let found = mail.login.map { "\($0.user) with \($0.mechanism.rawValue)" } ?? "nobody"
            problems.append(
                "\(tenant.name)'s mail came from \(found), not \(expected.user) with \(expected.mechanism.rawValue)."
            )
        }
        if mail.tls == nil { problems.append("\(tenant.name)'s mail came without TLS.") }
        if mail.envelope.sender != SMTPDialogue.sender
            || mail.envelope.recipients.map(\.address) != [SMTPDialogue.recipient]
        {
            problems.append("\(tenant.name)'s mail has another sender or recipient than was sent.")
        }
        if mail.content != Array("\(SMTPDialogue.text)\r\n".utf8) {
            problems.append("\(tenant.name)'s mail was altered on its way.")
        }
        return problems
    }
}

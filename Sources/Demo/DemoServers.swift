import MailSink
import TLS

/// The mail server and the token server, with the tenants' accounts.
struct DemoServers: Sendable {
    let mail: SinkServer
    let tokens: TokenServer

    /// The certificates are for this name.
    var tokenURL: String { tokens.tokenURL(host: "localhost") }

    static func start(
        tenants: [Tenant],
        directory: StandaloneDirectory,
        terminal: Terminal
    ) async throws -> DemoServers {
        let authority = try TestAuthority(name: "tproxy-demo")
        try authority.writeCertificate(to: directory.certificateFile)
        let tls = try authority.serverContext()

        let tokens = try await TokenServer.start(tls: tls)
        var configuration = SinkConfiguration()
        configuration.hostName = "mail.example"
        configuration.content = .files(folder: directory.mailFolder)
        configuration.keepsTranscripts = false
        configuration.keptMails = 1000
        let mail = try await SinkServer.start(configuration, tls: tls) { mail in
            let tenant = tenants.first { $0.user == mail.login?.user }?.name ?? "no tenant"
            terminal.say("\(tenant): \(mail.summary)", .green)
        }
        mail.accounts.addTokenCheck(tokens.user(ofToken:))
        for tenant in tenants {
            switch tenant.login {
            case .password: mail.accounts.setPassword(tenant.secret, for: tenant.user)
            case .clientCredentials: tokens.addClient(tenant.clientID, secret: tenant.secret, user: tenant.user)
            }
        }
        let servers = DemoServers(mail: mail, tokens: tokens)
        try directory.write(tenants: tenants, mailPort: mail.port, tokenURL: servers.tokenURL)
        return servers
    }

    func stop() async {
        await mail.stop()
        await tokens.stop()
    }
}

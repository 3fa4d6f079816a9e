import FoundationEssentials
import MailSink
import NIOPosix
import Synchronization
import TestSupport

/// All that stands around the relay in the chaos: tenants with logins of their own, their mail server and the
/// authorization server, and what befalls them.
final class ChaosSite: Sendable {
    /// So many tenants share one mail server: half of them log in with passwords, half with tokens.
    static let tenants = 6

    let directory: RelayDirectory
    let ledger = ChaosLedger()
    /// The authority's certificate, as a file.
    let certificates: String
    private let authority: TestAuthority
    private let files: TemporaryDirectory
    private let accounts = SinkAccounts()
    private let tokens: TokenServer
    private let proxy: CuttingProxy
    private let port: Int
    private let seed: UInt64
    private let isCalm: Bool
    private let sink: Mutex<SinkServer>

    /// - Parameter isCalm: whether nothing is cut by chance.
    init(seed: UInt64, isCalm: Bool = false) async throws {
        self.seed = seed
        self.isCalm = isCalm
        authority = try TestAuthority()
        files = try TemporaryDirectory()
        certificates = files.path("ca.pem")
        try authority.writeCertificate(to: certificates)
        tokens = try await TokenServer.start(tls: authority.serverContext())
        accounts.addTokenCheck(tokens.user(ofToken:))
        port = try LoopbackPorts.free()
        sink = Mutex(try await Self.startSink(port, authority, accounts, ledger, seed: seed))
        proxy = try await CuttingProxy(to: port, seed: seed, group: .singletonMultiThreadedEventLoopGroup)
        directory = try RelayDirectory()
        try directory.addResource("mail-dest", tenants: (0..<Self.tenants).map { "t\($0)" })
        for tenant in 0..<Self.tenants { try giveLogin(tenant) }
    }

    func stop() async {
        await proxy.stop()
        await tokens.stop()
        await sink.withLock(\.self).stop()
    }

    /// The login of a tenant.
    static func user(_ tenant: Int) -> String { "chaos-\(tenant)@example.test" }

    private var current: SinkServer { sink.withLock(\.self) }

    private static func startSink(
        _ port: Int,
        _ authority: TestAuthority,
        _ accounts: SinkAccounts,
        _ ledger: ChaosLedger,
        seed: UInt64
    ) async throws -> SinkServer {
        try await SinkServer.start(.forgetful(port: port), tls: authority.serverContext(), accounts: accounts) { mail in
            let number = ChaosMessage.number(of: mail)
            let isWhole = number.map { ChaosMessage($0, tenants: tenants, seed: seed).content == mail.content }
            ledger.store(number: number, user: mail.login?.user ?? "nobody", isWhole: isWhole ?? false)
        }
    }

    /// Gives a tenant a login, or another password or secret.
    private func giveLogin(_ tenant: Int) throws {
        let account = MailAccount("chaos-\(tenant)")
        let destination: MailDestination
        if tenant.isMultiple(of: 2) {
            accounts.setPassword(account.password, for: account.user)
            destination = .basic(account, port: isCalm ? port : proxy.port)
        } else {
            tokens.addClient(account.user, secret: account.password, user: account.user)
            destination = .oauth(
                account,
                tokenURL: tokens.tokenURL(host: "localhost"),
                port: isCalm ? port : proxy.port
            )
        }
        try directory.write(destination, tenant: "t\(tenant)")
    }

    /// Ends what hasn't happened yet.
    func calm() {
        current.script.clear()
        current.sessionLimit = nil
        tokens.mend()
    }

    /// Has something happen to them, as chance has it.
    func strike(_ random: inout SeededGenerator) async throws {
        let script = current.script
        let stages = SinkStage.allCases
        let stage = stages[Int.random(in: 0..<stages.count, using: &random)]
        let closings: [SinkFault.Closing] = [.orderly, .abrupt, .reset]
        let closing = closings[Int.random(in: 0..<closings.count, using: &random)]
        let times = Int.random(in: 1...2, using: &random)
        func fault(_ action: SinkFault.Action) { script.add(SinkFault(at: stage, times: times, action)) }
        switch Int.random(in: 0..<100, using: &random) {
        case ..<12: fault(.reply(451, "4.3.0", "not now"))
        case ..<22: fault(.answerAndClose(SinkReply(421, "4.3.2", "going down"), closing))
        case ..<32: fault(.close(closing))
        case ..<37: fault(.closeAfterReply(closing))
        case ..<42: fault(.closeInsteadOfReply(closing))
        case ..<48: fault(.send(Self.garbage(at: stage, &random)))
        case ..<56: open(after: .milliseconds(Int.random(in: 1...300, using: &random))) { fault(.stall($0)) }
        case ..<62: open(after: .milliseconds(Int.random(in: 1...300, using: &random))) { fault(.stopReading($0)) }
        case ..<66: current.closeIdleSessions(closing, saying: SinkReply(421, "4.4.2", "idle for too long"))
        case ..<70: await current.closeSessions(closing)
        case ..<74: current.sessionLimit = current.sessionLimit == nil ? Int.random(in: 0...6, using: &random) : nil
        case ..<78:
            await current.stop()
            let next = try await Self.startSink(port, authority, accounts, ledger, seed: seed)
            sink.withLock { $0 = next }
        case ..<83: tokens.revokeAll()
        case ..<87: tokens.fail(.answer(status: 503, body: "not now"), times: times)
        case ..<90: tokens.fail(.close, times: times)
        // With PLAIN, and with LOGIN.
        case ..<92: accounts.refuseNextLogins(2)
        default: try giveLogin(Int.random(in: 0..<Self.tenants, using: &random))
        }
    }

    /// Makes a gate that opens after some time.
    private func open(after time: Duration, _ use: (SinkGate) -> Void) {
        let gate = SinkGate()
        use(gate)
        Task {
            try? await Task.sleep(for: time)
            gate.open()
        }
    }

    /// What no server says.
    private static func garbage(at stage: SinkStage, _ random: inout SeededGenerator) -> [UInt8] {
        let known = [
            "999 what\r\n", "250 OK\n250 OK\r\n", "250-\r\n250-\r\n550\r\n", "\0\r\n",
            "HTTP/1.1 400 Bad Request\r\n\r\n",
        ]
        let mayLie = stage != .content && stage != .endOfData
        guard let text = known.randomElement(using: &random), Bool.random(using: &random),
            // Who says that he has what he hasn't can't be told from who has it.
            mayLie || !text.hasPrefix("250")
        else {
            let octets = (0..<Int.random(in: 1...2000, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            // Without a line's end the relay rightly waits for the rest, for minutes (RFC 5321 §4.5.3.2).
            return octets + Array("\r\n".utf8)
        }
        return Array(text.utf8)
    }
}

extension SinkConfiguration {
    /// Of a server that tells of each mail as it comes, and keeps nothing of thousands.
    static func forgetful(port: Int = 0) -> SinkConfiguration {
        var configuration = SinkConfiguration()
        configuration.port = port
        configuration.keptMails = 0
        configuration.keepsTranscripts = false
        return configuration
    }
}

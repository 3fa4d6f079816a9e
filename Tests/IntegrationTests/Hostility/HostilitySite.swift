import FoundationEssentials
import HostilePeers
import MailSink
import NIOCore
import NIOPosix
import TLS
import TestSupport
import Testing

/// A relay with a route to a hostile mail server for each cell, and on each of its event loops a route to a good one.
struct HostilitySite: SuiteFixture {
    static let running = TaskLocal<HostilitySite?>(wrappedValue: nil)

    static var current: HostilitySite {
        get throws { try #require(running.get(), "the test's suite lacks the trait .hostilitySite") }
    }

    /// Time limits of the routes to hostile servers, in milliseconds, and of the pool, in seconds.
    private static let timeout = 1000
    private static let poolWait = 4

    let relay: RelayProcess
    /// The password of all accounts, and the response that it makes with AUTH PLAIN.
    let secrets: [String]
    let goodPorts: [Int]
    /// What a message, and a read of the metrics, costs this build of the relay.
    let costs: Costs
    /// The descriptors of the relay before its first message.
    let descriptors: Int
    private let ports: [HostilityCell: Int]
    private let servers: [HostilityCell: HostileMailServer]
    private let sink: SinkServer
    private let directory: RelayDirectory
    private let files: TemporaryDirectory
    private let group: MultiThreadedEventLoopGroup

    /// CPU time of the relay.
    struct Costs: Sendable {
        var message = Duration.zero
        var metrics = Duration.zero
    }

    fileprivate static func start(_ cells: Set<HostilityCell>, seed: UInt64) async throws -> HostilitySite {
        print("hostility: \(HostilityRun.cells.count) cells, seed \(seed)")
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let authority = try TestAuthority()
        let files = try TemporaryDirectory()
        try authority.writeCertificate(to: files.path("ca.pem"))
        let now = Int64(Date().timeIntervalSince1970)
        let identity = try authority.authority.issue(
            LeafCertificate(
                dnsNames: ["localhost"],
                ipAddresses: ["127.0.0.1"],
                validity: CertificateValidity(from: now, seconds: 86_400)
            )
        )
        let account = MailAccount("hostility")
        let directory = try RelayDirectory()
        var servers: [HostilityCell: HostileMailServer] = [:]
        for cell in cells {
            let server = try await HostileMailServer.start(
                cell.stage,
                cell.behavior,
                certificate: identity.certificateChainPEM,
                key: identity.privateKeyPEM,
                seed: seed,
                group: group
            )
            servers[cell] = server
            let destination = MailDestination.basic(account, port: server.port)
                .setting("mail.smtps.timeout", "\(timeout)").setting("mail.smtps.connectiontimeout", "\(timeout)")
            try directory.add(cell.name, destination)
        }
        let sink = try await SinkServer.start(.forgetful(), tls: authority.serverContext())
        sink.accounts.setPassword(account.password, for: account.user)
        let good = (0..<System.coreCount).map { "zz-good-\($0)" }
        for name in good { try directory.add(name, .basic(account, port: sink.port)) }

        let relay = try RelayProcess(
            directory,
            trusting: files.path("ca.pem"),
            firstPort: LoopbackPorts.free(cells.count + good.count),
            options: ["--pool-idle-time", "1", "--pool-wait", "\(poolWait)"]
        )
        do {
            try await relay.waitForRoutes(cells.count + good.count)
            let goodPorts = try good.map { try relay.port($0) }
            let descriptors = try ProcessFootprint(of: relay.process).descriptors
            return HostilitySite(
                relay: relay,
                secrets: [
                    account.password, Data("\0\(account.user)\0\(account.password)".utf8).base64EncodedString(),
                ],
                goodPorts: goodPorts,
                costs: try await measure(relay, goodPorts),
                descriptors: descriptors,
                ports: try Dictionary(uniqueKeysWithValues: cells.map { ($0, try relay.port($0.name)) }),
                servers: servers,
                sink: sink,
                directory: directory,
                files: files,
                group: group
            )
        } catch {
            await relay.process.stop()
            throw error
        }
    }

    func stop() async {
        await relay.process.stop()
        for server in servers.values { await server.stop() }
        await sink.stop()
        try? await group.shutdownGracefully()
    }

    /// Ends every attack.
    func closeHostileConnections() { for server in servers.values { server.closeConnections() } }

    func port(_ cell: HostilityCell) throws -> Int { try #require(ports[cell]) }
    func server(_ cell: HostilityCell) throws -> HostileMailServer { try #require(servers[cell]) }

    private static func measure(_ relay: RelayProcess, _ ports: [Int]) async throws -> Costs {
        let count = 20
        // The first messages bring the process to its usual size.
        for port in ports { for _ in 0..<count { #expect(try await HostilityMail.send(to: port).hasPrefix("250 ")) } }
        let start = try ProcessFootprint(of: relay.process).cpuTime
        for _ in 0..<count { _ = try await HostilityMail.send(to: ports[0]) }
        let middle = try ProcessFootprint(of: relay.process).cpuTime
        for _ in 0..<count { _ = try await relay.metrics() }
        let end = try ProcessFootprint(of: relay.process).cpuTime
        return Costs(message: (middle - start) / count, metrics: (end - middle) / count)
    }
}

extension Trait where Self == SuiteFixtureTrait<HostilitySite> {
    /// The relay and the servers of the run's cells: `HostilitySite.current`.
    static var hostilitySite: Self {
        Self { try await HostilitySite.start(Set(HostilityRun.cells), seed: HostilityRun.seed) }
    }
}

extension RelayDirectory {
    /// Adds a resource and its destination, both of this name.
    fileprivate func add(_ name: String, _ destination: MailDestination) throws {
        try addResource(name, destination: name)
        try write(destination.setting("Name", name), name: name)
    }
}

/// The message that applications send.
enum HostilityMail {
    /// Sends it, waiting for every reply.
    /// - Returns: the first refusal, or the reply to the final dot.
    static func send(to port: Int) async throws -> String {
        let session = try SMTPSession(port: port)
        _ = try await session.reply()
        for (line, code) in [
            ("MAIL FROM:<a@example.test>", "250"), ("RCPT TO:<b@example.test>", "250"), ("DATA", "354"),
        ] {
            let reply = try await session.command(line)
            guard reply.hasPrefix(code) else { return reply }
        }
        return try await session.command("Subject: hostility\r\n\r\ntext\r\n.")
    }
}

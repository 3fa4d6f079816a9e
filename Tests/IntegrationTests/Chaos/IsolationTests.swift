import MailSink
import NIOPosix
import Synchronization
import TestSupport
import Testing

/// A hundred tenants with logins at the same four mail servers, where each user's name occurs at several of them, and which
/// get other logins while they send.
@Suite struct IsolationTests {
    private static let tenants = 100
    private static let messages = 4000
    private static let clients = 16
    private static let servers = 4

    /// A login that one tenant has at one time, and none else ever.
    private struct Login: Hashable, Sendable {
        let server: Int
        let user: String

        init(server: Int, user: String) {
            (self.server, self.user) = (server, user)
        }

        /// - Parameter turn: how many logins the tenant has had before.
        init(tenant: Int, turn: Int) {
            let number = tenant + turn * IsolationTests.tenants
            server = number % IsolationTests.servers
            user = "user-\(number / IsolationTests.servers)@example.test"
        }
    }

    /// What has happened so far.
    private final class Record: Sendable {
        private struct State {
            var turns = [Int](repeating: 0, count: IsolationTests.tenants)
            var arrived: [Int: [Login]] = [:]
            var accepted = 0
        }

        private let state = Mutex(State())

        func turn(of tenant: Int) -> Int { state.withLock { $0.turns[tenant] } }
        func change(_ tenant: Int) { state.withLock { $0.turns[tenant] += 1 } }
        func arrive(_ number: Int, _ login: Login) { state.withLock { $0.arrived[number, default: []].append(login) } }
        func accept() { state.withLock { $0.accepted += 1 } }
        var accepted: Int { state.withLock(\.accepted) }
        var arrived: [Int: [Login]] { state.withLock(\.arrived) }
        var changes: Int { state.withLock { $0.turns.reduce(0, +) } }
    }

    @Test("Every message arrives under a login of its own tenant's")
    func isolation() async throws {
        let seed: UInt64 = 6
        let record = Record()
        let authority = try TestAuthority()
        let files = try TemporaryDirectory()
        try authority.writeCertificate(to: files.path("ca.pem"))
        var sinks: [SinkServer] = []
        for server in 0..<Self.servers {
            sinks.append(
                try await SinkServer.start(.forgetful(), tls: authority.serverContext()) { mail in
                    record.arrive(
                        ChaosMessage.number(of: mail) ?? 0,
                        Login(server: server, user: mail.login?.user ?? "nobody")
                    )
                }
            )
        }
        let servers = sinks
        let directory = try RelayDirectory()
        try directory.addResource("mail-dest", tenants: (0..<Self.tenants).map { "t\($0)" })
        @Sendable func giveLogin(_ tenant: Int) throws {
            let login = Login(tenant: tenant, turn: record.turn(of: tenant))
            let account = MailAccount(String(login.user.prefix { $0 != "@" }))
            servers[login.server].accounts.setPassword(account.password, for: account.user)
            try directory.write(.basic(account, port: servers[login.server].port), tenant: "t\(tenant)")
        }
        for tenant in 0..<Self.tenants { try giveLogin(tenant) }
        let relay = try RelayProcess(
            directory,
            trusting: files.path("ca.pem"),
            firstPort: try LoopbackPorts.free(Self.tenants),
            logLevel: "warning"
        )
        let result: Result<Void, any Error>
        do {
            try await relay.waitForRoutes(Self.tenants)
            let ports = try (0..<Self.tenants).map { try relay.port("mail-dest-t\($0)") }
            let numbers = ChaosNumbers(Self.messages)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var random = SeededGenerator(seed: seed)
                    while !numbers.isOver {
                        let tenant = Int.random(in: 0..<Self.tenants, using: &random)
                        record.change(tenant)
                        try giveLogin(tenant)
                        try await Task.sleep(for: .milliseconds(10))
                    }
                }
                for _ in 0..<Self.clients {
                    group.addTask {
                        while !Task.isCancelled, let number = numbers.next() {
                            let message = ChaosMessage(number, tenants: Self.tenants, seed: seed)
                            let client = ChaosClient(port: ports[message.tenant])
                            if await client.send(message, on: .singletonMultiThreadedEventLoopGroup) == .accepted {
                                record.accept()
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await relay.process.stop()
        for sink in servers { await sink.stop() }
        try result.get()

        var strays: [String] = []
        for (number, logins) in record.arrived {
            let tenant = ChaosMessage(number, tenants: Self.tenants, seed: seed).tenant
            let own = Set((0...record.turn(of: tenant)).map { Login(tenant: tenant, turn: $0) })
            for login in logins where !own.contains(login) { strays.append("\(number) of t\(tenant) as \(login)") }
        }
        #expect(strays.isEmpty, "\(strays.count), such as \(strays.prefix(5))")
        #expect(record.accepted > Self.messages / 2 && record.changes > Self.tenants)
        print("isolation: \(record.accepted) of \(Self.messages) messages accepted, \(record.changes) logins changed")
    }
}

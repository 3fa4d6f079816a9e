import RelayRoutes
import Synchronization
import Testing

extension WithMailServers.ClusterRelayTests {
    /// The one thing that must never happen.
    @Suite struct OwnershipTests {
        /// Worse than it can come: nobody keeps a port out of use for a while before somebody else gets it.
        @Test("A port changes hands 200 times while mail is sent to it: no message gets another's login")
        func onePortManyOwners() async throws {
            let servers = try MailServers.current
            let accounts = ["acme": servers.accounts.acme, "globex": servers.accounts.globex]
            try await ClusterRun.perform { run in
                for (tenant, account) in accounts {
                    try run.site.write(.basic(account, port: servers.postfix.port), tenant: tenant)
                }
                let port = try run.claim().port
                let book = Book()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            while !book.isClosed {
                                guard let (recipient, tenant) = try await Self.send(port) else {
                                    try await Task.sleep(for: .milliseconds(5))
                                    continue
                                }
                                book.enter(recipient, tenant)
                            }
                        }
                    }
                    do {
                        for round in 0..<200 {
                            let tenant = round % 2 == 0 ? "acme" : "globex"
                            let claim = try run.claim(tenant: tenant, owner: "uid-\(round)", port: port)
                            try await run.write(claim)
                            // Some owners have the port for as long as it takes, some hardly at all.
                            if round % 4 < 2 { try await run.opened(claim) }
                            if round % 16 < 2 { try await book.waitForMore() }
                            if round % 3 == 0 { try await run.delete(claim) }
                        }
                    } catch {
                        book.close()
                        throw error
                    }
                    book.close()
                    try await group.waitForAll()
                }
                let messages = book.messages
                #expect(messages.count >= 20, "hardly any message was sent")
                for (recipient, tenant) in messages {
                    let stored = try await servers.postfix.message(to: recipient)
                    #expect(stored.login == accounts[tenant]?.user)
                }
            }
        }

        /// The messages that were taken, by recipient, with the tenant that the greeting named.
        private final class Book: Sendable {
            private let state = Mutex<(messages: [String: String], isClosed: Bool)>(([:], false))

            var messages: [String: String] { self.state.withLock { $0.messages } }
            var isClosed: Bool { self.state.withLock { $0.isClosed } }

            func enter(_ recipient: String, _ tenant: String) {
                self.state.withLock { $0.messages[recipient] = tenant }
            }
            /// Returns when another message has been taken.
            func waitForMore() async throws {
                let count = self.messages.count
                try await eventually("a message to be taken") { () -> Void? in
                    self.messages.count > count ? () : nil
                }
            }

            func close() { self.state.withLock { $0.isClosed = true } }
        }

        /// Sends one message; the greeting says whose port it is.
        /// - Returns: nil where the message wasn't taken.
        private static func send(_ port: Int) async throws -> (recipient: String, tenant: String)? {
            do {
                let session = try SMTPSession(port: port)
                let greeting = try await session.reply()
                guard let tenant = greeting.firstMatch(of: #/, tenant (\w+)/#)?.1 else { return nil }
                let recipient = MailAccount.recipient()
                guard try await ClusterRun.send(to: recipient, over: session) == "250" else { return nil }
                return (recipient, String(tenant))
            } catch is SMTPSession.Failure {
                return nil
            }
        }
    }
}

import DestinationModel
import RelayRoutes
import Synchronization
import Testing

extension WithMailServers.ProductTests {
    /// The one thing that must never happen: a message with another's login.
    @Suite struct RecreationTests {
        @Test("A Destination is deleted and made again 200 times while mail is sent: none reaches another's mailbox")
        func recreation() async throws {
            let servers = try MailServers.current
            let accounts = [servers.accounts.acme, servers.accounts.globex]
            try await ProductRun.perform(portCount: 420) { run in
                for (index, account) in accounts.enumerated() {
                    try run.site.write(.basic(account, port: servers.postfix.port), name: "d\(index)")
                }
                let sender = Task { try await Sender(run).sendUntilCancelled() }
                defer { sender.cancel() }

                for round in 0..<200 {
                    try await run.apply(Destination(name: "mail", destination: "d\(round % 2)"))
                    // Most are given the time to be served; every fifth goes as soon as it has come.
                    if round % 5 != 0 { _ = try await run.port("mail") }
                    try await run.delete("mail")
                }
                sender.cancel()
                let sent = try await sender.value

                // Who owned a port is written in its Service, which is kept for ten minutes.
                let claims = try await run.site.claims()
                #expect(sent.count { $0.isAccepted } > 50, "the sender was hardly heard")
                for message in sent where message.isAccepted {
                    _ = try await servers.postfix.message(to: message.recipient)
                }
                // What was stored without having been answered with 250 counts too.
                let ports = Dictionary(uniqueKeysWithValues: sent.map { ($0.recipient, $0.port) })
                for stored in servers.postfix.messages(where: { ports[$0] != nil }) {
                    let port = try #require(ports[stored.recipient])
                    let claim = try #require(claims[port], "port \(port) is nobody's")
                    let index = claim.route.destination.destination == "d0" ? 0 : 1
                    #expect(stored.login == accounts[index].user)
                }
            }
        }

        /// An application that keeps sending to wherever the Service leads at the moment, and late too.
        private struct Sender {
            let run: ProductRun

            init(_ run: ProductRun) { self.run = run }

            struct Sent: Sendable {
                let port: Int
                let recipient: String
                /// Whether it was answered with 250.
                let isAccepted: Bool
            }

            /// - Returns: the messages that it tried to send.
            func sendUntilCancelled() async throws -> [Sent] {
                var sent: [Sent] = []
                var former: Int?
                while !Task.isCancelled {
                    let port = try? await self.run.site.relayPort(of: "mail", in: self.run.namespace)
                    // As one whose resolver remembers: every other message goes where the Service led before.
                    for port in [former, port].compactMap(\.self) {
                        let recipient = MailAccount.recipient()
                        let isAccepted = try await self.send(to: recipient, port)
                        sent.append(Sent(port: port, recipient: recipient, isAccepted: isAccepted))
                    }
                    former = port ?? former
                    try? await Task.sleep(for: .milliseconds(20))
                }
                return sent
            }

            private func send(to recipient: String, _ port: Int) async throws -> Bool {
                do {
                    let session = try SMTPSession(port: port)
                    _ = try await session.reply()
                    for command in ["MAIL FROM:<a@example.test>", "RCPT TO:<\(recipient)>", "DATA"] {
                        let reply = try await session.command(command)
                        guard reply.hasPrefix("250") || reply.hasPrefix("354") else { return false }
                    }
                    return try await session.command("Subject: x\r\n\r\nx\r\n.").hasPrefix("250")
                } catch is SMTPSession.Failure {
                    // Closed, or never open: that is how it should be.
                    return false
                } catch is CancellationError {
                    return false
                }
            }
        }
    }
}

import FoundationEssentials
import Testing

extension WithMailServers {
    /// What each client sends, and each mail server stores, with the relay between them. `docs/compatibility.md` has the
    /// results.
    @Suite struct CompatibilityTests {
        @Test("Every kind of message, through the relay to every server", arguments: MailClient.allCases)
        func messages(of client: MailClient) async throws {
            let servers = try MailServers.current
            let account = servers.accounts.shop
            let exim = try await EximServer(authority: servers.authority, account: account)
            do {
                let directory = try RelayDirectory.shared([
                    "postfix": .basic(account, port: servers.postfix.port),
                    "dovecot": .oauth(account, tokenURL: servers.authorization.tokenURL, port: servers.submission.port),
                    "exim": .basic(account, port: exim.port),
                ])
                var findings: [SampleMessage: CompatibilityFinding] = [:]
                try await RelayProcess.run(directory, authority: servers.authority, routes: 3) { relay in
                    for sample in SampleMessage.allCases {
                        findings[sample] = try await Self.finding(client, sample, relay, exim.store)
                    }
                }
                try CompatibilityPage.check(client, findings)
            } catch {
                await exim.stop()
                throw error
            }
            await exim.stop()
        }

        @Test("The page says what was found, and why it isn't more")
        func page() throws { try CompatibilityPage.check() }

        /// Sends one message through the relay to each server, and without it.
        private static func finding(
            _ client: MailClient,
            _ sample: SampleMessage,
            _ relay: RelayProcess,
            _ exim: MailStore
        ) async throws -> CompatibilityFinding {
            let postfix = try MailServers.current.postfix
            let direct = try await send(client, sample, to: postfix.plainPort, storedIn: postfix.store)
            var finding = CompatibilityFinding(servers: [], isAltered: false)
            for server in CompatibilityFinding.Server.allCases {
                let port = try relay.port("mail-dest-\(server)")
                let store = server == .exim ? exim : postfix.store
                guard let stored = try await send(client, sample, to: port, storedIn: store) else { continue }
                finding.servers.append(server)
                // The client's own changes are there without the relay too. Not compared inside the macro, which would print
                // what is compared.
                let isSame = stored == [canonical(Data(sample.octets))]
                let isLikeDirect = stored == direct
                #expect(isSame || isLikeDirect, "\(client.rawValue), \(sample.rawValue), \(server)")
                if !isSame { finding.isAltered = true }
            }
            return finding
        }

        /// Sends a message.
        ///
        /// - Returns: what was stored, which is one thing for all recipients where all is well; nil where it was refused.
        private static func send(
            _ client: MailClient,
            _ sample: SampleMessage,
            to port: Int,
            storedIn store: MailStore
        ) async throws -> Set<Data>? {
            let servers = try MailServers.current
            let letter = try Letter(sample)
            guard try await client.send(letter, to: port) else {
                if store.folder == servers.postfix.store.folder, port != servers.postfix.plainPort {
                    for recipient in letter.recipients {
                        #expect(try await servers.postfix.hasNothing(for: recipient))
                    }
                }
                return nil
            }
            var stored: Set<Data> = []
            for recipient in letter.recipients {
                let message = try await store.message(to: recipient)
                #expect(message.sender == sample.sender)
                stored.insert(canonical(message.octets))
            }
            return stored
        }

        /// A message without a header and a body: some servers store the line that would be between them.
        private static func canonical(_ octets: Data) -> Data { octets == Data("\n".utf8) ? Data() : octets }
    }
}

import FoundationEssentials
import Glibc
import Testing

extension WithMailServers.RelayTests {
    /// The end of a relay.
    @Suite struct DrainTests {
        @Test("On SIGTERM a message on its way arrives, idle clients hear 421, and nobody new is let in")
        func drains() async throws {
            let servers = try MailServers.current
            let account = servers.accounts.acme
            let recipient = MailAccount.recipient()
            let directory = try RelayDirectory.dedicated(.basic(account, port: servers.postfix.port))

            try await RelayProcess.run(directory, authority: servers.authority) { relay in
                let port = try relay.port()
                let idle = try SMTPSession(port: port)
                #expect(try await idle.reply().hasPrefix("220"))
                let busy = try SMTPSession(port: port)
                #expect(try await busy.reply().hasPrefix("220"))
                #expect(try await busy.command("MAIL FROM:<a@example.test>").hasPrefix("250"))
                #expect(try await busy.command("RCPT TO:<\(recipient)>").hasPrefix("250"))
                #expect(try await busy.command("DATA").hasPrefix("354"))
                try busy.send("Subject: last\r\n\r\nfirst half\r\n")

                relay.process.signal(SIGTERM)

                #expect(try await idle.reply().hasPrefix("421"))
                try await idle.waitUntilClosed()
                _ = try await eventually("new connections to be refused") {
                    (try? SMTPSession(port: port)) == nil ? true : nil
                }
                #expect(relay.process.exitStatus == nil)
                #expect(try await busy.command("second half\r\n.").hasPrefix("250"))
                #expect(try await relay.process.waitUntilExit() == .exited(0))
            }

            let message = try await servers.postfix.message(to: recipient)
            #expect(message.login == account.user)
            #expect(message.content == "Subject: last\n\nfirst half\nsecond half\n")
        }

        @Test("Whatever is held open, a relay ends by itself within its time")
        func endsInTime() async throws {
            let servers = try MailServers.current
            let account = servers.accounts.acme
            let directory = try RelayDirectory.dedicated(.basic(account, port: servers.postfix.port))
            let options = ["--grace-period", "1"]
            try await RelayProcess.run(directory, authority: servers.authority, options: options) { relay in
                let port = try relay.port()
                let silent = try SMTPSession(port: port)
                let idle = try await Self.session(port, [])
                let halfClosed = try await Self.session(port, ["EHLO app"])
                halfClosed.endInput()
                let unread = try await Self.session(port, ["EHLO app"])
                unread.flood("NOOP\r\n")
                let envelope = ["MAIL FROM:<a@example.test>", "RCPT TO:<\(MailAccount.recipient())>"]
                let waiting = try await Self.session(port, envelope)
                let inText = try await Self.session(port, envelope + ["DATA"])
                try inText.send("Subject: half\r\n\r\nhalf\r\n")
                // One who waits for changes of the routes, longer than the relay has.
                let page = "http://127.0.0.1:\(relay.metricsPort)/routes/changes"
                let position = try JSONDecoder().decode(Position.self, from: Data(try await HTTP.get(page).utf8))
                let query = "epoch=\(position.epoch)&after=\(position.revision)&wait=5"
                let follower = try ChildProcess(["/usr/bin/curl", "--silent", "--noproxy", "*", "\(page)?\(query)"])

                relay.process.signal(SIGTERM)

                #expect(try await relay.process.waitUntilExit() == .exited(0))
                try await follower.waitUntilExit()
                withExtendedLifetime([silent, idle, halfClosed, unread, waiting, inText]) {}
            }
        }

        /// Where the changes of the routes stand.
        private struct Position: Decodable {
            let epoch: String
            let revision: Int
        }

        /// A connection on which these commands were given, each after the reply to the one before.
        private static func session(_ port: Int, _ commands: [String]) async throws -> SMTPSession {
            let session = try SMTPSession(port: port)
            _ = try await session.reply()
            for command in commands { _ = try await session.command(command) }
            return session
        }

        @Test("A relay that hangs while it stops ends itself, and its exit code says so")
        func endsItself() async throws {
            let servers = try MailServers.current
            let relays = try RelayDirectory.dedicated(.basic(servers.accounts.acme, port: servers.postfix.port))
            let directory = try TemporaryDirectory()
            // Nobody reads the log.
            let log = directory.path("log")
            try #require(mkfifo(log, 0o600) == 0)
            let pipe = open(log, O_RDWR | O_NONBLOCK)
            try #require(pipe >= 0)
            defer { close(pipe) }
            let process = try ChildProcess(
                ["/bin/sh", "-c", "exec \"$@\" 2>'\(log)'", "sh", Programs.path("tproxy-relay"), "standalone"]
                    + ["--directory", relays.path, "--address", "127.0.0.1", "--metrics-port", "0"]
                    + ["--first-port", "\(try LoopbackPorts.free(8))", "--ca-file", servers.authority.certificate]
                    + ["--grace-period", "0"]
            )
            do {
                try await eventually("SIGTERM to be taken") { try Self.takesTermination(process) ? () : nil }
                let octets = [UInt8](repeating: 0x0a, count: 1 << 16)
                // In ever smaller pieces, until not one octet more has room.
                var size = octets.count
                while size > 0 { if write(pipe, octets, size) <= 0 { size /= 2 } }
                process.signal(SIGTERM)
                #expect(try await process.waitUntilExit() == .exited(70))
            } catch {
                process.signal(SIGKILL)
                try await process.waitUntilExit()
                throw error
            }
        }

        /// Whether SIGTERM ends a process no longer as it ends any process; proc(5).
        private static func takesTermination(_ process: ChildProcess) throws -> Bool {
            let status = try String(contentsOfFile: "/proc/\(process.processID)/status", encoding: .utf8)
            return status.split(separator: "\n").contains { line in
                guard line.hasPrefix("SigIgn:") || line.hasPrefix("SigCgt:") else { return false }
                let signals = line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
                return signals & 1 << (SIGTERM - 1) != 0
            }
        }
    }
}

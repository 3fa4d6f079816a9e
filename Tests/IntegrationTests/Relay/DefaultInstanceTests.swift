import Testing

extension WithMailServers.RelayTests {
    /// A resource that names no instance.
    @Suite struct DefaultInstanceTests {
        private static func directory() throws -> RelayDirectory {
            let servers = try MailServers.current
            let directory = try RelayDirectory()
            try directory.addResource("mail-dest", instance: nil)
            try directory.write(.basic(servers.accounts.acme, port: servers.postfix.port))
            return directory
        }

        private static let other = "destinations/other/unused.json"

        @Test("Where there is one instance, it is that")
        func onlyOne() async throws {
            let authority = try MailServers.current.authority
            try await RelayProcess.run(Self.directory(), authority: authority) { try await Self.expectMail($0) }
        }

        @Test("Where there are two, it is the one that the command names")
        func named() async throws {
            let directory = try Self.directory()
            try directory.files.write("{}", to: Self.other)
            try await RelayProcess.run(
                directory,
                authority: MailServers.current.authority,
                options: ["--default-instance", RelayDirectory.instance]
            ) { try await Self.expectMail($0) }
        }

        @Test("Where there are two and none is named, the resource can't be served, and the relay says where")
        func undecided() async throws {
            let directory = try Self.directory()
            try directory.files.write("{}", to: Self.other)
            let relay = try RelayProcess(directory, authority: MailServers.current.authority)
            let status = try? await relay.process.waitUntilExit()
            await relay.process.stop()

            #expect(status == .exited(1))
            #expect(relay.log.contains(#/mail-dest\.yaml:\d+:\d+/#), "\(relay.log)")
            #expect(relay.log.contains("destinationServiceInstanceName"), "\(relay.log)")
        }

        private static func expectMail(_ relay: RelayProcess) async throws {
            let recipient = MailAccount.recipient()
            let result = try await Swaks(port: relay.port(), recipient: recipient).send("Subject: hello\n\nhello")
            #expect(result.succeeded, "\(result.output)")
            let servers = try MailServers.current
            #expect(try await servers.postfix.message(to: recipient).login == servers.accounts.acme.user)
        }
    }
}

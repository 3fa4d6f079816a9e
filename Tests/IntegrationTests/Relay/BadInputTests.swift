import Testing

extension WithMailServers.RelayTests {
    /// Files that a person got wrong.
    @Suite struct BadInputTests {
        @Test("Each bad file is reported where it is bad, and the good routes work")
        func badFiles() async throws {
            let servers = try MailServers.current
            let account = servers.accounts.acme
            let directory = try RelayDirectory.shared(["acme": .basic(account, port: servers.postfix.port)])
            try directory.files.write("kind: Destination\nmetadata:\n  name: \"unfinished\n", to: "broken.yaml")
            try directory.addResource("other", destination: "broken-json")
            try directory.files.write(
                "{\n  \"Name\": \"broken-json\",\n  \"Type\" \"MAIL\"\n}\n",
                to: RelayDirectory.file(name: "broken-json")
            )
            let recipient = MailAccount.recipient()

            try await RelayProcess.run(directory, authority: servers.authority) { relay in
                try await relay.expectLog(#/broken\.yaml:\d+:\d+/#)
                try await relay.expectLog(#/broken-json\.json:3:\d+/#)

                let port = try relay.port("mail-dest-acme")
                let result = try await Swaks(port: port, recipient: recipient).send("Subject: good\n\ngood")
                #expect(result.succeeded, "\(result.output)")
            }
            #expect(try await servers.postfix.message(to: recipient).login == account.user)
        }

        @Test("A good file that turns bad leaves its route as it was")
        func turnsBad() async throws {
            let servers = try MailServers.current
            let account = servers.accounts.acme
            let directory = try RelayDirectory.dedicated(.basic(account, port: servers.postfix.port))
            let recipient = MailAccount.recipient()

            try await RelayProcess.run(directory, authority: servers.authority) { relay in
                try directory.files.write("{\n  \"Name\"\n}\n", to: RelayDirectory.file())
                try await relay.expectLog(#/example-dest-smtps\.json:\d+:\d+/#)

                let result = try await Swaks(port: relay.port(), recipient: recipient).send("Subject: still\n\ngood")
                #expect(result.succeeded, "\(result.output)")
            }
            #expect(try await servers.postfix.message(to: recipient).login == account.user)
        }

        @Test("With nothing good to serve, the relay ends with 1 and says why")
        func nothingGood() async throws {
            let servers = try MailServers.current
            let directory = try RelayDirectory()
            try directory.files.write("kind: Destination\nmetadata: [\n", to: "broken.yaml")

            let relay = try RelayProcess(directory, authority: servers.authority)
            let status = try? await relay.process.waitUntilExit()
            await relay.process.stop()

            #expect(status == .exited(1))
            #expect(relay.log.contains(#/broken\.yaml:\d+:\d+/#), "\(relay.log)")
            #expect(try relay.routes.isEmpty)
        }
    }
}

extension RelayProcess {
    /// Waits until the relay has written something to standard error.
    fileprivate func expectLog(_ pattern: Regex<Substring>) async throws {
        _ = try await eventually("the relay's report") { self.log.contains(pattern) ? true : nil }
    }
}

import Testing

extension WithMailServers {
    /// From a mail that can't be sent to the alert.
    @Suite struct AlertTests {
        @Test("The tenant whose login is refused alerts, by name, until it is mended; the other tenant doesn't")
        func loginRefused() async throws {
            let servers = try MailServers.current
            let port = servers.postfix.port
            let directory = try RelayDirectory.shared([
                "acme": .basic(MailAccount("acme"), port: port),
                "globex": .basic(servers.accounts.globex, port: port),
            ])
            try await RelayProcess.run(directory, authority: servers.authority, routes: 2) { relay in
                let pod = MonitoredPod(server: "tproxy-relay", name: "relay-1", port: relay.metricsPort)
                try await Prometheus.run([pod]) { prometheus in
                    let refused = try await Self.reply(relay, tenant: "acme")
                    #expect(refused.hasPrefix("451 4.7.0"), "\(refused)")
                    #expect(try await Self.reply(relay, tenant: "globex").hasPrefix("250"))
                    let alert = try await eventually("an alert", within: .seconds(60)) {
                        try await prometheus.firing().first { $0.labels["alertname"] == "TproxyLoginRefused" }
                    }
                    #expect(alert.labels["namespace"] == RelayDirectory.namespace)
                    #expect(alert.labels["destination"] == "mail-dest")
                    #expect(alert.labels["tenant"] == "acme")
                    #expect(alert.labels["severity"] == "warning")
                    #expect(alert.annotations["description"]?.contains("shop/mail-dest, tenant acme:") == true)
                    #expect(alert.annotations["runbook"] == "docs/problems.md#login-refused")
                    // The server delays logins from an address whose logins fail, so the other tenant's mail may wait.
                    let alerts = try await prometheus.firing().filter {
                        $0.labels["tenant"] != nil && $0.labels["alertname"] != "TproxyMailWaiting"
                    }
                    #expect(Set(alerts.compactMap { $0.labels["tenant"] }) == ["acme"])

                    try directory.write(.basic(servers.accounts.acme, port: port), tenant: "acme")
                    try await eventually("the tenant's mail to flow", within: .seconds(60)) { () -> Void? in
                        try await Self.reply(relay, tenant: "acme").hasPrefix("250") ? () : nil
                    }
                    try await eventually("the alert to end", within: .seconds(120)) { () -> Void? in
                        try await prometheus.firing().contains { $0.labels["tenant"] == "acme" } ? nil : ()
                    }
                }
            }
        }

        private static func reply(_ relay: RelayProcess, tenant: String) async throws -> String {
            try await SMTPSession.envelopeReply(
                port: relay.port("mail-dest-\(tenant)"),
                sender: Swaks.sender,
                recipient: MailAccount.recipient()
            )
        }
    }
}

import MailSink
import TestSupport
import Testing

extension WithCluster {
    /// `kubectl tproxy send`, through a real relay to the servers outside.
    @Suite(.serialized) struct SendTests {
        private static let sender = "sender@transparentproxy.com"

        @Test("A test mail arrives under each tenant's login, and the dialogue is shown")
        func delivered() async throws {
            let site = try ClusterSite.current
            try await site.withNamespace("send") {
                try await site.apply(sample: "destination-multitenant.yaml", instance: "dest-service", in: "send")
                try await site.waitUntilAvailable(in: "send")
                for tenant in OutsideWorld.tenants {
                    Progress.say("kubectl tproxy send, for \(tenant)")
                    let recipient = MailAccount.recipient()
                    let result = try await site.tproxy([
                        "send", "example-dest-tenants", "-n", "send", "--tenant", tenant, "--from", Self.sender, "--to",
                        recipient, "--subject", "Grüße", "-v",
                    ])
                    #expect(result.status == .exited(0), "\(result.output)\(result.errorOutput)")
                    #expect(result.output.contains("the mail server has taken the mail: 250 "), "\(result.output)")
                    for line in ["< 220 ", "> MAIL FROM:<\(Self.sender)>", "> RCPT TO:<\(recipient)>", "< 354 ", "> ."]
                    {
                        #expect(result.errorOutput.contains("\(line)"), "\(line): \(result.errorOutput)")
                    }
                    let message = try await site.servers.postfix.message(to: recipient)
                    #expect(message.login == site.outside.account(of: tenant).user)
                    #expect(message.sender == Self.sender)
                    #expect(message.content.contains("send/example-dest-tenants (tenant \(tenant))"))
                    #expect(message.content.contains("Subject: =?utf-8?B?R3LDvMOfZQ==?="))
                }
            }
        }

        @Test("A refusal is explained")
        func refused() async throws {
            let site = try ClusterSite.current
            let good = site.outside.destination(of: nil)
            site.outside.destinationService.setDestination(
                good.setting("Name", "wrong-login").setting("mail.password", "wrong").properties,
                tenant: nil
            )
            site.outside.destinationService.setDestination(
                good.setting("Name", "wrong-host").setting("mail.smtps.host", "nowhere.\(OutsideWorld.domain)")
                    .properties,
                tenant: nil
            )
            let cases = [
                ("wrong-login", "TPX112 Login refused"), ("wrong-host", "TPX115 Mail server unreachable"),
                ("no-such", "TPX106 Destination missing"),
            ]
            try await site.withNamespace("refused") {
                for (name, _) in cases {
                    let created = try await site.tproxy(["create", name, "--instance", "btp", "-n", "refused"])
                    #expect(created.succeeded, "\(created.errorOutput)")
                }
                for (name, problem) in cases {
                    Progress.say("kubectl tproxy send, refused: \(name)")
                    let result = try await eventually("\(name) to be refused by a relay", within: .seconds(60)) {
                        let result = try await site.tproxy([
                            "send", name, "-n", "refused", "--from", Self.sender, "--to", MailAccount.recipient(),
                        ])
                        return result.output.contains(" refused: 451 ") ? result : nil
                    }
                    #expect(result.status == .exited(2))
                    #expect(result.output.contains(problem), "\(result.output)")
                    #expect(!result.output.contains(good.properties["mail.password"] ?? "-"))
                }
            }
        }
    }
}

extension ClusterSite {
    /// Runs `kubectl tproxy` where the cluster is.
    func tproxy(_ arguments: [String]) async throws -> ProcessResult {
        let environment = [
            "KUBECONFIG=\(self.kubectl.kubeconfig)", "KUBECACHEDIR=\(self.kubectl.cacheDirectory)", "LC_ALL=C.UTF-8",
            "PATH=\(Programs.path("").dropLast()):/usr/local/bin:/usr/bin:/bin",
        ]
        return try await ProcessRunner.run(
            self.kubectl.wrapper + ["/usr/bin/env"] + environment + ["kubectl", "tproxy"] + arguments
        )
    }
}

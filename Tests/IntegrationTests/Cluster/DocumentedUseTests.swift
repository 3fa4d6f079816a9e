import MailSink
import Testing

extension WithCluster {
    /// What the documentation promises, as it is written there, from an application's pod.
    @Suite(.serialized) struct DocumentedUseTests {
        /// Where the destinations come from.
        enum Source: String, CaseIterable, Sendable {
            /// A Secret that the relays mount.
            case directory = "dest-service"
            /// The Destination service, as a binding leads to it.
            case destinationService = "btp"

            var instance: String { self.rawValue }
            var namespace: String { self == .directory ? "shop" : "market" }
        }

        @Test("The documented snippets send mail under each tenant's login", arguments: Source.allCases)
        func snippets(source: Source) async throws {
            let site = try ClusterSite.current
            let namespace = source.namespace
            try await site.withNamespace(namespace) {
                Progress.say("two Destinations in \(namespace), of the instance \(source.instance)")
                for sample in ["destination.yaml", "destination-multitenant.yaml"] {
                    try await site.apply(sample: sample, instance: source.instance, in: namespace)
                }
                try await site.waitUntilAvailable(in: namespace)
                let application = try await ApplicationPod.start("application", in: namespace, of: site)
                try await Self.send(to: "example-dest-smtps", tenant: nil, from: application, site)
                for tenant in OutsideWorld.tenants {
                    try await Self.send(to: "example-dest-tenants-\(tenant)", tenant: tenant, from: application, site)
                }
            }
            // Each tenant's destination was looked up as that tenant.
            guard source == .destinationService else { return }
            let tenants = Set(
                site.outside.destinationService.requests.filter { $0.matter == .destination }.map(\.tenant)
            )
            #expect(tenants == [nil, OutsideWorld.tenants[0], OutsideWorld.tenants[1]])
        }

        /// Types the documented session into telnet, and looks for the mail.
        private static func send(
            to service: String,
            tenant: String?,
            from application: ApplicationPod,
            _ site: ClusterSite
        ) async throws {
            let snippet = ["telnet", "\(service).\(application.namespace)", "465"]
            Progress.say(snippet.joined(separator: " "))
            let recipient = MailAccount.recipient()

            let result = try await Telnet.run(
                application.atTerminal(snippet),
                session: Telnet.documentedSession(recipient: recipient),
                pace: .typed
            )

            #expect(result.succeeded, "\(result.output)\(result.errorOutput)")
            let message = try await site.servers.postfix.message(to: recipient)
            #expect(message.login == site.outside.account(of: tenant).user)
            #expect(message.sender == "sender@transparentproxy.com")
            // Dovecot puts a header before the text, which a line that begins with a space then goes on.
            let isPostfix = tenant != OutsideWorld.tenants.last
            #expect(message.content == (isPostfix ? Telnet.storedMessage : "\nSome test data.\n  \n"))
        }
    }
}

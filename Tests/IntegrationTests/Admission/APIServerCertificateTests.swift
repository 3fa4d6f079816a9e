import Testing

/// An admission server that demands a client certificate, and API servers that show one or don't.
@Suite(.timeLimit(.minutes(5)))
struct APIServerCertificateTests {
    @Test("an API server that shows a client certificate gets its reviews answered")
    func shown() async throws {
        let clients = try await TestCA()
        let directory = try TemporaryDirectory()
        let configuration = try await self.configuration(clients.client("api-server"), in: directory)
        try await ControlPlane.perform(admissionConfiguration: configuration) { controlPlane in
            try await self.withSite(controlPlane, clients) { site in
                try await site.configureWebhook()
                try await site.kubectl.create(Destination(name: "mail"), in: site.namespace)
                let refused = try await site.kubectl.dryRun(
                    creating: Destination(name: "other", tenants: "no JSON"),
                    in: site.namespace
                )
                #expect(refused.errorOutput.contains("must be a JSON array of strings"), "\(refused.errorOutput)")
            }
        }
    }

    @Test("an API server without a client certificate is refused, and says so")
    func missing() async throws {
        let clients = try await TestCA()
        try await self.withSite(ControlPlane.shared, clients) { site in
            try await site.configureWebhook()
            let refused = try await site.kubectl.dryRun(creating: Destination(name: "mail"), in: site.namespace)
            #expect(!refused.succeeded)
            #expect(refused.errorOutput.contains("client certificate is required"), "\(refused.errorOutput)")
            let answer = try await site.server.post("{}")
            #expect(answer.output.contains("a client certificate is required"), "\(answer)")
        }
    }

    /// A site whose admission server demands certificates of `clients`.
    private func withSite(
        _ controlPlane: ControlPlane,
        _ clients: TestCA,
        _ body: (AdmissionSite) async throws -> Void
    ) async throws {
        try await controlPlane.installDefinition()
        let site = try await AdmissionSite(
            .defaultInstance,
            controlPlane: controlPlane,
            authority: TestCA(),
            kubeconfig: controlPlane.kubeconfig(user: "system:serviceaccount:tproxy-system:tproxy-admission"),
            clientCA: clients.certificate
        )
        do {
            try await body(site)
        } catch {
            await site.stop()
            throw error
        }
        await site.stop()
    }

    /// What `--admission-control-config-file` names: the files of manifests/README.md. The webhook is called by its
    /// address here, so its user is that of all servers.
    private func configuration(
        _ client: (certificate: String, key: String),
        in directory: TemporaryDirectory
    ) throws -> String {
        let kubeconfig = try directory.write(
            """
            apiVersion: v1
            kind: Config
            users:
              - name: "*"
                user: {client-certificate: \(client.certificate), client-key: \(client.key)}

            """,
            to: "webhooks.yaml"
        )
        return try directory.write(
            """
            apiVersion: apiserver.config.k8s.io/v1
            kind: AdmissionConfiguration
            plugins:
              - name: ValidatingAdmissionWebhook
                configuration:
                  apiVersion: apiserver.config.k8s.io/v1
                  kind: WebhookAdmissionConfiguration
                  kubeConfigFile: \(kubeconfig)

            """,
            to: "admission.yaml"
        )
    }
}

import DestinationRules
import FoundationEssentials
import ObjectModel

/// One installation, as far as admission goes: a server, and a webhook configuration that concerns only the namespaces
/// that this makes.
final class AdmissionSite: Sendable {
    let controlPlane: ControlPlane
    let server: AdmissionProcess
    /// What the rules know of the configuration.
    let context: RuleContext
    /// A guarded namespace for tests that leave nothing in it.
    let namespace: String
    /// What the webhook configuration is called.
    let name: String
    private let authority: TestCA

    /// Starts the server.
    ///
    /// - Parameters:
    ///   - kubeconfig: the server's.
    ///   - clientCA: the authority of those who may send reviews; without one, all may.
    init(
        _ configuration: AdmissionProcess.Configuration,
        controlPlane: ControlPlane,
        authority: TestCA,
        kubeconfig: String,
        clientCA: String? = nil
    ) async throws {
        self.controlPlane = controlPlane
        self.authority = authority
        self.name = "site-" + String(UInt64.random(in: .min ... .max), radix: 36)
        self.namespace = try await controlPlane.namespace(webhook: self.name)
        self.server = try AdmissionProcess(
            configuration,
            authority: authority,
            kubeconfig: kubeconfig,
            clientCA: clientCA
        )
        self.context = RuleContext(
            instances: RuleContext.Instances(
                names: ["dest-service"],
                defaultName: configuration == .defaultInstance ? "dest-service" : nil
            )
        )
        do {
            try await self.server.waitUntilReady()
        } catch {
            await self.server.process.stop()
            throw error
        }
    }

    /// kubectl as the administrator.
    var kubectl: Kubectl { self.controlPlane.kubectl() }

    /// Makes a namespace. The webhook guards it as soon as `configureWebhook` has been called for this site.
    func makeNamespace() async throws -> String {
        try await self.controlPlane.namespace(webhook: self.name)
    }

    /// Applies the webhook configuration, and waits until the API server goes by it.
    func configureWebhook() async throws {
        let authority = try String(contentsOf: URL(filePath: self.authority.certificate), encoding: .utf8)
        try await self.kubectl.check(
            ["apply", "--validate=false", "-f", "-"],
            input: ClusterManifests.webhookConfiguration(
                name: self.name,
                server: self.server.url,
                authority: authority
            )
        )
        try await eventually("the API server to ask the webhook") {
            // What only the webhook refuses, and only creating asks it for sure.
            let probe = Destination(name: "probe", tenants: "no JSON")
            return try await self.kubectl.dryRun(creating: probe, in: self.namespace).succeeded ? nil : ()
        }
    }

    /// Takes the webhook configuration away and ends the server.
    func stop() async {
        _ = try? await self.kubectl.run(
            ["delete", "--ignore-not-found", "validatingwebhookconfiguration", self.name]
        )
        await self.server.process.stop()
    }
}

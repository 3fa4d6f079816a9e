import FoundationEssentials
import Kubernetes
import ObjectModel
import TLS

/// A namespace and a webhook configuration of a test's own, for a manager to look after.
final class CertificateSite: Sendable {
    static let servingSecret = "tproxy-admission-tls"
    static let authoritySecret = "tproxy-admission-ca"

    let controlPlane: ControlPlane
    let namespace: String
    /// Also the label of the namespaces that the webhook is asked about.
    let webhookConfiguration: String
    let client: KubernetesClient

    /// - Parameter server: the URL of the admission server.
    init(server: String = "https://localhost:1") async throws {
        let controlPlane = try await ControlPlane.shared
        self.controlPlane = controlPlane
        self.client = try controlPlane.client()
        self.namespace = try await controlPlane.namespace()
        self.webhookConfiguration = "certificates-" + String(UInt64.random(in: .min ... .max), radix: 36)
        try await controlPlane.kubectl().check(
            ["create", "--validate=false", "-f", "-"],
            input: ClusterManifests.webhookConfiguration(
                name: self.webhookConfiguration,
                server: server,
                authority: ""
            )
        )
    }

    /// What the API server trusts and what the admission servers are given.
    struct State {
        let published: [CertificateFacts]
        let leaf: CertificateFacts?
        let authority: CertificateFacts?

        /// Whether the API server accepts a server with this leaf.
        var works: Bool {
            leaf?.isAccepted(trusting: published, name: "localhost", at: Int64(Date().timeIntervalSince1970)) == true
        }
    }

    func state() async throws -> State {
        // In this order: what is served was accepted at the time when it was read, or the test has found a fault.
        let leaf = try await self.data(Self.servingSecret)["tls.crt"]
        let webhook = try await self.webhook()
        let authority = try await self.data(Self.authoritySecret)["ca.crt"]
        let bundle = webhook["webhooks"]?.arrayValue?.first?["clientConfig"]?["caBundle"]?.stringValue ?? ""
        func facts(_ pem: [UInt8]?) -> [CertificateFacts] { pem.flatMap { try? CertificateFacts.read($0) } ?? [] }
        return State(
            published: facts(Data(base64Encoded: bundle).map(Array.init)),
            leaf: facts(leaf).first,
            authority: facts(authority).first
        )
    }

    func webhook() async throws -> ObjectValue {
        try await self.client.get(.validatingWebhookConfigurations, self.webhookConfiguration)
    }

    /// A Secret's decoded data; empty where there is no such Secret.
    func data(_ secret: String) async throws -> [String: [UInt8]] {
        let found = try await self.client.list(.secrets, in: self.namespace, fields: "metadata.name=\(secret)")
        return (found.first?["data"]?.objectValue ?? [:]).compactMapValues { value in
            value.stringValue.flatMap { Data(base64Encoded: $0) }.map(Array.init)
        }
    }

    func waitUntilItWorks() async throws -> State {
        try await eventually("the webhook's certificate to be accepted", within: .seconds(60)) {
            let state = try await self.state()
            return state.works ? state : nil
        }
    }

    func publish(_ bundle: [UInt8]) async throws {
        var webhooks = try await self.webhook()["webhooks"]?.arrayValue ?? []
        for index in webhooks.indices {
            var members = webhooks[index].objectValue ?? [:]
            var client = members["clientConfig"]?.objectValue ?? [:]
            client["caBundle"] = .string(Data(bundle).base64EncodedString())
            members["clientConfig"] = .object(client)
            webhooks[index] = .object(members)
        }
        let patch = ObjectValue.object(["webhooks": .array(webhooks)])
        try await self.client.mergePatch(.validatingWebhookConfigurations, self.webhookConfiguration, patch)
    }

    /// Does something beside a running manager, and stops it then. With a failure comes what the manager has logged.
    func withManager<Result>(
        _ durations: ManagerProcess.Durations = .init(),
        _ body: (ManagerProcess) async throws -> Result
    ) async throws -> Result {
        let manager = try ManagerProcess(self, durations)
        do {
            let result = try await body(manager)
            await manager.process.stop()
            return result
        } catch {
            await manager.process.stop()
            throw Failure(cause: error, log: manager.log)
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let cause: any Error
        let log: String

        var description: String { "\(self.cause)\nthe manager's log:\n\(self.log.suffix(4000))" }
    }

    func remove() async {
        _ = try? await self.client.delete(.validatingWebhookConfigurations, self.webhookConfiguration)
        await self.client.shutdown()
    }
}

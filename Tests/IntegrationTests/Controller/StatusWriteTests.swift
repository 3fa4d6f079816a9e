import DestinationController
import DestinationModel
import DestinationRules
import Kubernetes
import ObjectModel
import Testing

/// Status objects as the composer makes them, on a real API server with the definition of Destinations.
@Suite
struct StatusWriteTests {
    /// Everything that a tenant can be, in one resource.
    private func everything(_ subject: StatusSubject, before: StatusReading) throws -> [TenantStatus] {
        let object = try JSONReader.document(#"{"metadata":{"name":"mail"},"spec":{"destinationRef":{"name":"*"}}}"#)
        let finding = try #require(DestinationRules.check(object.value).findings.first)
        let problem = try #require(
            ResourceProblem(DestinationRules.check(object.value).findings)
        )
        let proofs: [RouteProof] = [
            .open, .noRelay, .unknown, .awaited, .lookingUp,
            .failed(reason: "ConfigurationError-ReferencedDestination-NotFound", message: "there is none\n; make one"),
            .failed(reason: String(repeating: "r", count: 9000), message: String(repeating: "ö", count: 9000)),
        ]
        let problems: [TenantProblem] = [
            .rule(finding), .resource(problem),
            .duplicate(of: ServiceClaim(namespace: "n", resource: "r", tenant: nil)),
            .foreignService, .reservedName, .noPort(.range(1...2)), .notWritten("no"), .settingUp,
        ]
        return proofs.enumerated().map { index, proof in
            subject.tenant(
                "p\(index)",
                serviceName: "mail-p\(index)",
                relayPort: 20_000 + index,
                proof: proof,
                before: before
            )
        }
            + problems.enumerated().map { index, problem in
                subject.tenant("q\(index)", serviceName: "mail-q\(index)", problem: problem)
            } + [subject.tenant(String(repeating: "Ü", count: 400), serviceName: "x", problem: .foreignService)]
    }

    @Test("The schema takes every status, and the same again changes nothing")
    func schema() async throws {
        let scene = try await StatusScene()
        let destination = try await scene.create(tenants: ["a", "b"])
        let subject = scene.subject(of: destination)
        let tenants = try everything(subject, before: StatusReading(nil))
        let first = StatusComposer.compose(subject, tenants: tenants, before: StatusReading(nil), now: .now)
        let stored = try await scene.apply(first.status, to: destination)
        #expect(stored["status"] == first.status, "nothing was dropped or changed")

        let again = StatusComposer.compose(
            subject,
            tenants: tenants,
            before: StatusReading(stored["status"]),
            now: MicroTime(microseconds: MicroTime.now.microseconds + 60_000_000)
        )
        #expect(!again.isChanged)
        let unchanged = try await scene.apply(again.status, to: destination)
        #expect(unchanged.metadata.resourceVersion == stored.metadata.resourceVersion)
        #expect(unchanged.metadata.generation == destination.metadata.generation)

        // Fewer tenants and facts: what isn't applied any more goes.
        var smaller = subject
        (smaller.port, smaller.instance, smaller.scope) = (nil, nil, nil)
        let problem = ResourceProblem(reason: "ConfigurationFailed", message: "it is wrong; mend it")
        let second = StatusComposer.compose(
            smaller,
            tenants: [],
            problem: problem,
            before: StatusReading(stored["status"]),
            now: .now
        )
        #expect(second.isChanged)
        #expect(try await scene.apply(second.status, to: destination)["status"] == second.status)
        await scene.remove()
    }

    @Test("kubectl wait returns once every tenant is ready, and kubectl get shows how they fare")
    func wait() async throws {
        let scene = try await StatusScene()
        let destination = try await scene.create(tenants: ["a", "b"])
        let subject = scene.subject(of: destination)
        var status: ObjectValue?
        func write(_ second: RouteProof) async throws {
            let before = StatusReading(status)
            let proofs: [(name: String, proof: RouteProof)] = [("a", .open), ("b", second)]
            let tenants = proofs.map { name, proof in
                subject.tenant(name, serviceName: "mail-\(name)", relayPort: 20_000, proof: proof, before: before)
            }
            let composed = StatusComposer.compose(subject, tenants: tenants, before: before, now: .now)
            status = try await scene.apply(composed.status, to: destination)["status"]
        }
        let waiting = ["wait", "-n", scene.namespace, "--for=condition=Available", "destination/mail"]
        try await write(.noRelay)
        #expect(try await !scene.kubectl.run(waiting + ["--timeout=1s"]).succeeded)
        let shown = try await scene.kubectl.check(["get", "-n", scene.namespace, "destination", "mail"])
        #expect(shown.contains("1/2") && shown.contains("False"))
        try await write(.open)
        try await scene.kubectl.check(waiting + ["--timeout=20s"])
        #expect(try await scene.kubectl.check(["get", "-n", scene.namespace, "destination", "mail"]).contains("2/2"))
        await scene.remove()
    }

    @Test("Other managers' conditions stay")
    func others() async throws {
        let scene = try await StatusScene()
        let destination = try await scene.create()
        let subject = scene.subject(of: destination)
        let condition = ObjectValue.object([
            "type": .string("Audited"), "status": .string("True"), "reason": .string("Looked"),
            "message": .string("all well"), "lastTransitionTime": .string("2026-01-01T00:00:00Z"),
        ])
        let other = subject.object(with: .object(["conditions": .array([condition])]))
        try await scene.client.applyStatus(.destinations, other, fieldManager: "auditor")
        let tenant = subject.tenant(
            nil,
            serviceName: "mail",
            relayPort: 20_000,
            proof: .open,
            before: StatusReading(nil)
        )
        let composed = StatusComposer.compose(subject, tenants: [tenant], before: StatusReading(nil), now: .now)
        let stored = try await scene.apply(composed.status, to: destination)
        #expect(stored["status"]?["conditions"]?.arrayValue?.count == 2)
        let before = StatusReading(stored["status"])
        #expect(!StatusComposer.compose(subject, tenants: [tenant], before: before, now: .now).isChanged)
        await scene.remove()
    }
}

import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

extension ControllerTests {
    /// Whoever tampers with what the manager made, finds it as it was.
    @Suite struct RepairTests {
        @Test("An application's Service is put right, whatever is done to it")
        func alias() async throws {
            try await ControllerRun.perform { run in
                try await run.apply(Destination(name: "mail"))
                try await run.waitUntilComplete("mail", tenants: [nil])
                let port = try await run.port("mail")
                let labels = try await run.alias("mail").metadata.labels

                let patches = [
                    #"{"spec":{"externalName":"evil.example.com"}}"#,
                    #"{"spec":{"ports":[{"name":"smtp","port":1,"protocol":"TCP"}]}}"#,
                    #"{"metadata":{"labels":null}}"#,
                    #"{"metadata":{"ownerReferences":null}}"#,
                ]
                for patch in patches {
                    try await run.kubectl.patch(["service", "-n", run.namespace, "mail"], patch)
                    try await eventually("\(patch) to be undone", within: .seconds(60)) { () -> Void? in
                        let service = try await run.alias("mail")
                        let spec = service["spec"]
                        let isWhole =
                            service.metadata.labels.merging(labels) { $1 } == service.metadata.labels
                            && spec?["ports"]?.arrayValue?.first?["port"] == .integer(465)
                            && service.metadata.ownerReferences.first?.kind == "Destination"
                        return try await run.site.relayPort(of: "mail", in: run.namespace) == port && isWhole ? () : nil
                    }
                }

                try await run.kubectl.check(["delete", "service", "-n", run.namespace, "mail"])
                #expect(try await run.port("mail") == port)
            }
        }

        @Test("A relay Service is put right, and never with another port")
        func relayService() async throws {
            try await ControllerRun.perform { run in
                try await run.apply(Destination(name: "mail", tenants: #"["a", "b"]"#))
                try await run.waitUntilComplete("mail", tenants: ["a", "b"])
                let claims = try await run.site.claims()
                let port = try await run.port("mail-a")
                let service = RelayService.name(port: port)

                let patches = [
                    #"{"spec":{"ports":[{"name":"smtp","port":465,"protocol":"TCP","targetPort":1}]}}"#,
                    #"{"spec":{"selector":{"app.kubernetes.io/name":"other"}}}"#,
                    #"{"metadata":{"labels":null}}"#,
                    #"{"metadata":{"annotations":null}}"#,
                    #"{"metadata":{"annotations":{"\#(RelayService.routeAnnotation)":"{}"}}}"#,
                ]
                for patch in patches {
                    try await run.kubectl.patch(["service", "-n", run.site.namespace, service], patch)
                    try await eventually("\(patch) to be undone", within: .seconds(60)) { () -> Void? in
                        let found = try await run.site.client.get(.services, service, in: run.site.namespace)
                        let selector = found["spec"]?["selector"]?.objectValue
                        let isWhole =
                            selector == [RelayService.podLabel.name: .string(RelayService.podLabel.value)]
                            && !found.metadata.labels.isEmpty
                        return try await run.site.claims() == claims && isWhole ? () : nil
                    }
                }

                try await run.kubectl.check(["delete", "service", "-n", run.site.namespace, service])
                try await eventually("the claim to be back", within: .seconds(60)) {
                    try await run.site.claims() == claims ? () : nil
                }
                #expect(try await run.port("mail-a") == port)
            }
        }

        @Test("The NetworkPolicy follows the scope, and is put right")
        func policy() async throws {
            try await ControllerRun.perform { run in
                var mail = Destination(name: "mail")
                try await run.apply(mail)
                try await run.waitUntilComplete("mail", tenants: [nil])
                let name =
                    try await "destination-"
                    + run.site.client.get(.destinations, "mail", in: run.namespace).metadata.uid
                func peer() async throws -> ObjectValue? {
                    let policy = try await run.site.client.list(.networkPolicies, in: run.site.namespace)
                        .first { $0.metadata.name == name }
                    return policy?["spec"]?["ingress"]?.arrayValue?.first?["from"]?.arrayValue?.first
                }
                let namespaced = ObjectValue.object([
                    "namespaceSelector": .object([
                        "matchLabels": .object(["kubernetes.io/metadata.name": .string(run.namespace)])
                    ])
                ])
                #expect(try await peer() == namespaced)

                mail.spec = ["accessControl: {scope: clusterWide}"]
                try await run.apply(mail)
                try await eventually("everybody to be let in", within: .seconds(60)) {
                    try await peer() == .object(["namespaceSelector": .object([:])]) ? () : nil
                }

                try await run.kubectl.check(["delete", "networkpolicy", "-n", run.site.namespace, name])
                try await eventually("the policy to be back", within: .seconds(60)) {
                    try await peer() == nil ? nil : ()
                }
            }
        }
    }
}

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
                    #"{"spec":{"type":"NodePort","externalName":null,"ports":[{"port":1}]}}"#,
                    #"{"spec":{"type":"ClusterIP","clusterIP":"None","externalName":null}}"#,
                    #"""
                    {"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","externalName":null,
                        "ports":[{"port":1}]}}
                    """#,
                ]
                for patch in patches {
                    try await run.kubectl.patch(["service", "-n", run.namespace, "mail"], patch)
                    try await eventually("\(patch) to be undone", within: .seconds(60)) { () -> Void? in
                        let service = try await run.alias("mail")
                        let spec = service["spec"]
                        let isWhole =
                            service.metadata.labels.merging(labels) { $1 } == service.metadata.labels
                            && spec?["type"] == .string("ExternalName")
                            && spec?["ports"] == nil
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
                let other = try #require(try await claims[run.port("mail-b")]).service(in: run.site.namespace)
                let route = try #require(other["metadata"]?["annotations"])

                let patches = [
                    #"{"metadata":{"annotations":\#(String(decoding: route.json(), as: UTF8.self))}}"#,
                    #"{"spec":{"ports":[{"name":"smtp","port":465,"protocol":"TCP","targetPort":1}]}}"#,
                    #"{"spec":{"selector":{"app.kubernetes.io/name":"other"}}}"#,
                    #"{"metadata":{"labels":null}}"#,
                    #"{"metadata":{"annotations":null}}"#,
                    #"{"metadata":{"annotations":{"\#(RelayService.routeAnnotation)":"{}"}}}"#,
                    #"{"spec":{"type":"ExternalName","externalName":"evil.example.com","clusterIP":null,"clusterIPs":null}}"#,
                    #"{"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local"}}"#,
                    #"{"spec":{"externalIPs":["192.0.2.1"]}}"#,
                ]
                for patch in patches {
                    try await run.kubectl.patch(["service", "-n", run.site.namespace, service], patch)
                    try await eventually("\(patch) to be undone", within: .seconds(60)) { () -> Void? in
                        let found = try await run.site.client.get(.services, service, in: run.site.namespace)
                        let selector = found["spec"]?["selector"]?.objectValue
                        let isWhole =
                            selector == [RelayService.podLabel.name: .string(RelayService.podLabel.value)]
                            && !found.metadata.labels.isEmpty && found["spec"]?["type"] == .string("ClusterIP")
                            && found["spec"]?["externalIPs"] == nil && found["spec"]?["externalName"] == nil
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

        @Test("What no change can put right is made anew, and nobody's port moves")
        func beyondRepair() async throws {
            try await ControllerRun.prepare { run in
                let port = try await run.withManager { _ in
                    try await run.apply(Destination(name: "mail"))
                    try await run.waitUntilComplete("mail", tenants: [nil])
                    return try await run.port("mail")
                }
                let name = RelayService.name(port: port)
                let before = try await run.site.client.get(.services, name, in: run.site.namespace)
                // An address that is no more can't be given back by a change.
                var spec = try #require(before["spec"]?.objectValue)
                spec["clusterIP"] = .string("None")
                spec["clusterIPs"] = nil
                let metadata = ObjectValue.object([
                    "name": .string(name), "namespace": .string(run.site.namespace),
                    "labels": try #require(before["metadata"]?["labels"]),
                    "annotations": try #require(before["metadata"]?["annotations"]),
                ])
                let headless = ObjectValue.object([
                    "apiVersion": .string("v1"), "kind": .string("Service"), "metadata": metadata,
                    "spec": .object(spec),
                ])
                let text = String(decoding: headless.json(), as: UTF8.self)
                try await run.kubectl.check(["replace", "--force", "-f", "-"], input: text)
                try await run.withManager { _ in
                    try await eventually("an address of its own", within: .seconds(60)) {
                        let service = try? await run.site.client.get(.services, name, in: run.site.namespace)
                        let address = service?["spec"]?["clusterIP"]?.stringValue
                        return address != nil && address != "None" ? () : nil
                    }
                    try await run.waitUntilComplete("mail", tenants: [nil])
                    #expect(try await run.port("mail") == port)
                }
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

                let policy = ["networkpolicy", "-n", run.site.namespace, name]
                try await run.kubectl.patch(
                    policy,
                    #"{"spec":{"ingress":[{"from":[{"ipBlock":{"cidr":"0.0.0.0/0"}}]}]}}"#
                )
                try await eventually("the policy to be as it was", within: .seconds(60)) {
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

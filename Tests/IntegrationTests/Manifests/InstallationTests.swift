import ObjectModel
import TestSupport
import Testing

/// The manifests on a real API server.
@Suite(.serialized)
struct InstallationTests {
    @Test("Everything can be applied, and applying it again changes nothing")
    func applies() async throws {
        let controlPlane = try await ControlPlane.shared
        let installation = Installation(controlPlane)

        let first = try await installation.apply()
        #expect(first.count > 15)

        let second = try await installation.apply()
        #expect(second.count == first.count)
        // A server that drops the definition's CEL rules is sent them again.
        for line in second where controlPlane.features.hasCEL || !line.hasPrefix("customresourcedefinition") {
            #expect(line.hasSuffix(" unchanged"), "\(line)")
        }
    }

    @Test("Each account may do what its server needs, and nothing else", arguments: Rights.all)
    func rights(_ rights: Rights) async throws {
        let controlPlane = try await ControlPlane.shared
        _ = try await Installation(controlPlane).apply()
        let review = """
            {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview",
             "spec": {"namespace": "\(rights.namespace)"}}
            """
        let arguments = [
            "create", "--as=system:serviceaccount:tproxy-system:\(rights.account)", "-o", "json", "-f", "-",
        ]
        var granted: [String] = []
        // The API server learns of new roles within moments.
        _ = try? await eventually("the roles to be in force") {
            let answer = try await controlPlane.kubectl().check(arguments, input: review)
            granted = try Rights.lines(of: JSONReader.document(answer).value)
            return granted == rights.granted ? () : nil
        }
        #expect(granted == rights.granted)
    }

    @Test("a definition that another product installed is not changed, and the conflict is reported")
    func foreignDefinition() async throws {
        try await ControlPlane.perform { controlPlane in
            let kubectl = controlPlane.kubectl()
            try await kubectl.check(["create", "-f", "-"], input: Self.foreignDefinition)
            let ours = ["apply", "--server-side", "-f", ClusterManifests.definition]
            let refused = try await kubectl.run(ours)
            #expect(!refused.succeeded && refused.errorOutput.contains("conflict"), "\(refused)")
            let name = ["customresourcedefinition", "destinations.destination.connectivity.api.sap"]
            let stored = try await kubectl.check(["get"] + name + ["-o", "json"])
            #expect(try JSONReader.document(stored).value["metadata"]?["labels"] == nil)
            try await kubectl.check(["delete"] + name)
            try await kubectl.check(ours)
            try await kubectl.check(ours)
        }
    }

    @Test("uninstalling as the README says leaves the definition and the Destinations")
    func uninstalling() async throws {
        let readme = try Repository.text("manifests/README.md")
        let command = try #require(readme.firstMatch(of: /kubectl delete -k \. -l (\S+)/))
        try await ControlPlane.perform { controlPlane in
            let installation = Installation(controlPlane)
            let created = try await installation.apply()
            let kubectl = controlPlane.kubectl()
            try await eventually("Destinations to be served") {
                let made = try await kubectl.run(["create", "-f", "-"], input: Destination(name: "mail").text)
                return made.succeeded ? () : nil
            }
            let deleted = try await installation.delete(String(command.1))
            #expect(deleted.count == created.count - 1)
            #expect(!deleted.contains { $0.contains("customresourcedefinition") })
            try await kubectl.check(["get", "destination", "mail"])
        }
    }

    /// A definition of the same kind, as the other product has it in outline.
    private static let foreignDefinition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: destinations.destination.connectivity.api.sap
        spec:
          group: destination.connectivity.api.sap
          scope: Namespaced
          names: {kind: Destination, listKind: DestinationList, plural: destinations, singular: destination}
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """

    @Test("Every sample is accepted, and nothing in it is dropped")
    func samples() async throws {
        let controlPlane = try await ControlPlane.shared
        try await controlPlane.installDefinition()
        let namespace = try await controlPlane.namespace()
        let kubectl = controlPlane.kubectl()
        let samples = try Repository.files(below: "manifests/samples").filter { file in
            // The Secrets are for the namespace of the installation.
            file.hasSuffix(".yaml") && !file.hasPrefix("manifests/samples/secrets/")
        }
        #expect(samples.count >= 3)
        for sample in samples {
            let path = Repository.path(sample)
            let asked = try await kubectl.check([
                "create", "--dry-run=client", "-n", namespace, "-o", "json", "-f", path,
            ])
            let stored = try await kubectl.check(["create", "-n", namespace, "-o", "json", "-f", path])
            let fields = try (JSONReader.document(asked).value, JSONReader.document(stored).value)
            #expect(fields.0["spec"] == fields.1["spec"], "\(sample)")
            #expect(fields.0["metadata"]?["annotations"] == fields.1["metadata"]?["annotations"], "\(sample)")
        }
    }
}

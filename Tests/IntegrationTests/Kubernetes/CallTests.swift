import Kubernetes
import ObjectModel
import Testing

/// Calls on a real API server.
@Suite
struct CallTests {
    private let controlPlane: ControlPlane
    private let client: KubernetesClient
    private let namespace: String

    init() async throws {
        self.controlPlane = try await ControlPlane.shared
        self.client = try self.controlPlane.client()
        self.namespace = try await self.controlPlane.namespace()
    }

    @Test("An object is made, read, replaced, patched and deleted")
    func lifecycle() async throws {
        let made = try await client.create(.configMaps, configMap("a", in: namespace, "one"))
        #expect(made["kind"] == .string("ConfigMap"))
        #expect(!made.metadata.uid.isEmpty)
        #expect(try await client.get(.configMaps, "a", in: namespace) == made)

        #expect(
            try await code { try await client.create(.configMaps, configMap("a", in: namespace)) } == .alreadyExists
        )
        let patch = try object(#"{"data":{"more":"two","text":null}}"#)
        let patched = try await client.mergePatch(.configMaps, "a", in: namespace, patch)
        #expect(patched["data"] == .object(["more": .string("two")]))

        // It has another resource version by now.
        #expect(try await code { try await client.replace(.configMaps, made) } == .conflict)

        #expect(try await client.delete(.configMaps, "a", in: namespace) == .done)
        #expect(try await client.delete(.configMaps, "a", in: namespace) == .absent)
        #expect(try await code { _ = try await client.get(.configMaps, "a", in: namespace) } == .notFound)
    }

    @Test("A dry run changes nothing")
    func dryRun() async throws {
        try await client.create(.configMaps, configMap("a", in: namespace), dryRun: true)
        #expect(try await code { _ = try await client.get(.configMaps, "a", in: namespace) } == .notFound)
        try await client.create(.configMaps, configMap("a", in: namespace))
        let other = try configMap("a", in: namespace, "x")
        try await client.apply(.configMaps, other, fieldManager: "t", force: true, dryRun: true)
        #expect(try await client.delete(.configMaps, "a", in: namespace, dryRun: true) == .done)
        let kept = try await client.get(.configMaps, "a", in: namespace)
        #expect(kept["data"] == .object(["text": .string("")]))
    }

    @Test("What a finalizer keeps is only on its way out")
    func finalizer() async throws {
        let kept = try object(
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"\#(namespace)","#
                + #""finalizers":["example.com/keep"]}}"#
        )
        try await client.create(.configMaps, kept)
        guard case .pending(let leaving) = try await client.delete(.configMaps, "a", in: namespace) else {
            Issue.record("it is gone")
            return
        }
        #expect(leaving.metadata.isBeingDeleted)
        try await client.mergePatch(.configMaps, "a", in: namespace, object(#"{"metadata":{"finalizers":null}}"#))
        #expect(try await client.delete(.configMaps, "a", in: namespace) == .absent)
    }

    @Test("Only the object that was meant is deleted")
    func preconditions() async throws {
        let old = try await client.create(.configMaps, configMap("a", in: namespace)).metadata
        try await client.delete(.configMaps, "a", in: namespace)
        let new = try await client.create(.configMaps, configMap("a", in: namespace)).metadata

        #expect(try await code { try await client.delete(.configMaps, "a", in: namespace, uid: old.uid) } == .conflict)
        let outdated = try await code {
            try await client.delete(.configMaps, "a", in: namespace, resourceVersion: old.resourceVersion)
        }
        #expect(outdated == .conflict)
        #expect(
            try await client.delete(
                .configMaps,
                "a",
                in: namespace,
                uid: new.uid,
                resourceVersion: new.resourceVersion
            ) == .done
        )
    }

    @Test("Applying takes nobody's fields, unless by force")
    func apply() async throws {
        try await client.apply(.configMaps, configMap("a", in: namespace, "mine"), fieldManager: "me")
        let other = try configMap("a", in: namespace, "theirs")

        let error = try await #require(throws: KubernetesError.self) {
            try await client.apply(.configMaps, other, fieldManager: "they")
        }
        #expect(error.code == .conflict)
        #expect(error.causes.first?.reason == "FieldManagerConflict")
        #expect(error.causes.first?.field == ".data.text")

        let forced = try await client.apply(.configMaps, other, fieldManager: "they", force: true)
        #expect(forced["data"] == .object(["text": .string("theirs")]))

        // A field that its only manager gives no more is gone.
        let empty = try object(#"{"metadata":{"name":"a","namespace":"\#(namespace)"}}"#)
        let applied = try await client.apply(.configMaps, empty, fieldManager: "they")
        #expect(applied["data"] == nil)
    }

    @Test("The status is written by itself")
    func status() async throws {
        let pod = try object(
            """
            {"metadata":{"name":"p","namespace":"\(namespace)"},"spec":{"containers":[{"name":"c","image":"i"}]}}
            """
        )
        try await client.create(.pods, pod)
        let patched = try await client.patchStatus(
            .pods,
            "p",
            in: namespace,
            object(#"{"status":{"message":"patched"},"metadata":{"labels":{"ignored":"yes"}}}"#)
        )
        #expect(patched["status"]?["message"] == .string("patched"))
        #expect(patched["spec"]?["containers"]?.arrayValue?.count == 1)

        let status = try object(
            #"{"metadata":{"name":"p","namespace":"\#(namespace)"},"status":{"reason":"Applied"}}"#
        )
        let applied = try await client.applyStatus(.pods, status, fieldManager: "me")
        #expect(applied["status"]?["reason"] == .string("Applied"))
        #expect(applied["status"]?["message"] == .string("patched"))
    }

    @Test("A list of more than a page is whole, and its objects say what they are")
    func pages() async throws {
        let names = (0..<1005).map { "m-\($0)" }
        try await withThrowingTaskGroup { group in
            for start in 0..<8 {
                group.addTask {
                    for index in stride(from: start, to: names.count, by: 8) {
                        try await client.create(.configMaps, configMap(names[index], in: namespace))
                    }
                }
            }
            try await group.waitForAll()
        }
        let listed = try await client.list(.configMaps, in: namespace, pageSize: 100)
        // Real clusters put a ConfigMap with the root CA into each namespace.
        let mine = listed.map(\.metadata.name).filter { $0.hasPrefix("m-") }
        #expect(mine.count == names.count)
        #expect(Set(mine) == Set(names))
        #expect(listed.allSatisfy { $0["kind"] == .string("ConfigMap") && $0["apiVersion"] == .string("v1") })

        let one = try await client.list(.configMaps, in: namespace, fields: "metadata.name=m-7")
        #expect(one.map(\.metadata.name) == ["m-7"])
        #expect(try await client.list(.configMaps, in: namespace, labels: "a in (b,c),!d").isEmpty)
    }

    @Test("Who may not is told so")
    func forbidden() async throws {
        let user = try controlPlane.client(as: await controlPlane.kubeconfig(user: "nobody-\(namespace)"))
        let error = try await #require(throws: KubernetesError.self) {
            _ = try await user.get(.secrets, "s", in: namespace)
        }
        #expect(error.code == .forbidden)
        #expect(error.status == 403)
        #expect(error.description.contains("nobody-\(namespace)"), "\(error)")
    }

    @Test("A kind that isn't installed is told apart from an object that isn't there")
    func unknownType() async throws {
        let type = ResourceType(group: "no.such", version: "v1", plural: "things", kind: "Thing", isNamespaced: true)
        #expect(try await code { _ = try await client.get(type, "t", in: namespace) } == .unknownType)
        #expect(try await code { _ = try await client.list(type) } == .unknownType)
        #expect(try await code { try await client.delete(type, "t", in: namespace) } == .unknownType)
        // The namespace is what isn't found here.
        #expect(try await code { try await client.create(.configMaps, configMap("a", in: "no-such")) } == .notFound)
    }

    @Test("What breaks the schema is refused with the fields")
    func invalid() async throws {
        let error = try await #require(throws: KubernetesError.self) {
            try await client.create(
                .services,
                object(
                    #"{"metadata":{"name":"s","namespace":"\#(namespace)"},"spec":{"ports":[{"port":70000}]}}"#
                )
            )
        }
        #expect(error.code == .invalid)
        #expect(error.causes.contains { $0.field == "spec.ports[0].port" && $0.reason == "FieldValueInvalid" })
    }

    @Test("The words about a malformed Secret are withheld")
    func secrets() async throws {
        let error = try await #require(throws: KubernetesError.self) {
            try await client.create(
                .secrets,
                object(
                    #"{"metadata":{"name":"s","namespace":"\#(namespace)"},"data":{"k y":"c2VjcmV0"},"type":"Opaque"}"#
                )
            )
        }
        #expect(error.code == .invalid)
        #expect(error.causes.isEmpty)
        #expect(!error.description.contains("k y"))
    }

    @Test("The server says its version")
    func version() async throws {
        #expect(try await client.serverVersion().hasPrefix("v1."))
    }
}

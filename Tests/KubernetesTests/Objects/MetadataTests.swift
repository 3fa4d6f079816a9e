import Kubernetes
import ObjectModel
import Testing

@Suite("Metadata")
struct MetadataTests {
    @Test("All of it")
    func everything() throws {
        let metadata = try object(
            """
            {"metadata":{"name":"a","namespace":"b","uid":"c","resourceVersion":"1","generation":2,
            "labels":{"l":"1"},"annotations":{"x":"y"},"finalizers":["f"],"deletionTimestamp":"2026-01-01T00:00:00Z",
            "ownerReferences":[{"apiVersion":"v1","kind":"K","name":"n","uid":"u","controller":true},{"kind":"broken"}]}}
            """
        ).metadata
        #expect(metadata.key == ObjectKey(namespace: "b", name: "a"))
        #expect(metadata.key.description == "b/a")
        #expect(metadata.uid == "c")
        #expect(metadata.resourceVersion == "1")
        #expect(metadata.generation == 2)
        #expect(metadata.labels == ["l": "1"])
        #expect(metadata.annotations == ["x": "y"])
        #expect(metadata.finalizers == ["f"])
        #expect(metadata.isBeingDeleted)
        let owner = OwnerReference(apiVersion: "v1", kind: "K", name: "n", uid: "u", blocksOwnerDeletion: false)
        #expect(metadata.ownerReferences == [owner])
        #expect(owner.object["controller"] == .bool(true))
    }

    @Test(
        "Nothing of it, or of the wrong type",
        arguments: [
            "null", "[]", "{}", #"{"metadata":[]}"#,
            #"{"metadata":{"name":1,"labels":[],"annotations":{"a":1},"generation":"2","ownerReferences":{"a":1}}}"#,
        ]
    )
    func nothing(text: String) throws {
        let metadata = try object(text).metadata
        #expect(metadata.key == ObjectKey(namespace: "", name: ""))
        #expect(metadata.labels.isEmpty)
        #expect(metadata.annotations.isEmpty)
        #expect(metadata.generation == 0)
        #expect(metadata.ownerReferences.isEmpty)
        #expect(!metadata.isBeingDeleted)
    }
}

import ObjectModel
import Testing

@Suite("FieldPath")
struct FieldPathTests {
    @Test(
        arguments: [
            (FieldPath("spec", "service", "port"), "spec.service.port"),
            (
                FieldPath("metadata", "annotations", "example.com/tenant-subdomains"),
                "metadata.annotations[example.com/tenant-subdomains]"
            ),
            (FieldPath("metadata", "labels", "app"), "metadata.labels[app]"),
            (FieldPath("a").item(0).member("b"), "a[0].b"),
            (FieldPath("mail.user"), "[mail.user]"),
            (FieldPath.root, ""),
            (FieldPath("a\nb"), "[a\\u{a}b]"),
        ]
    )
    func description(path: FieldPath, text: String) {
        #expect(path.description == text)
    }

    @Test("Values are found by path")
    func lookup() {
        let value = ObjectValue.object(["a": .array([.null, .object(["b": .integer(1)])])])
        #expect(value[FieldPath("a").item(1).member("b")] == .integer(1))
        #expect(value[FieldPath("a").item(2)] == nil)
        #expect(value[FieldPath("a", "b")] == nil)
        #expect(value[FieldPath("a").item(-1)] == nil)
        #expect(value[.root] == value)
    }
}

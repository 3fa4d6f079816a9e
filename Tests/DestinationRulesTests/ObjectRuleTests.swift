import DestinationModel
import DestinationRules
import ObjectModel
import Testing

@Suite("Rules about the object")
struct ObjectRuleTests {
    @Test(
        "Resource names",
        arguments: [
            ("mail", []), ("a", []), (String(repeating: "a", count: 63), []),
            (String(repeating: "a", count: 64), ["TPX003"]), ("mail.dest", ["TPX003"]), ("1mail", ["TPX003"]),
            ("Mail", ["TPX003"]), ("mail_dest", ["TPX003"]), ("-mail", ["TPX003"]), ("mail-", ["TPX003"]),
            ("''", ["TPX003"]), ("~", ["TPX003"]), ("<name>", ["TPX004"]), ("465", ["TPX005"]), ("on", ["TPX005"]),
        ] as [(String, [String])]
    )
    func names(name: String, codes: [String]) throws {
        let report = DestinationRules.check(try Samples.destination(name: name))
        #expect(report.codes == codes)
        #expect((report.resource == nil) == !codes.isEmpty)
    }

    @Test("A name with dots is mended with hyphens, one with a digit first gets a letter")
    func nameMends() throws {
        let dotted = DestinationRules.check(try Samples.destination(name: "mail.dest")).findings.first
        #expect(dotted?.mend.contains("\"mail-dest\"") == true)
        let digit = DestinationRules.check(try Samples.destination(name: "1mail")).findings.first
        #expect(digit?.mend.contains("\"d-1mail\"") == true)
    }

    @Test(
        "What the object says it is",
        arguments: [
            ("apiVersion", "v1", "TPX001"), ("apiVersion", "destination.connectivity.api.sap/v2", "TPX001"),
            ("apiVersion", "1", "TPX001"), ("apiVersion", "~", "TPX001"), ("kind", "Service", "TPX002"),
            ("kind", "[]", "TPX002"), ("kind", "", "TPX002"),
        ]
    )
    func kind(field: String, value: String, code: String) throws {
        let valid = ["apiVersion": DestinationResource.apiVersion, "kind": DestinationResource.kind]
        let text = valid.merging([field: value]) { $1 }.map { "\($0): \($1)\n" }.joined()
        let object = try Samples.document(text + "metadata: {name: mail}\nspec: {destinationRef: {name: d}}\n").value
        #expect(DestinationRules.check(object).codes == [code])
    }

    @Test(
        "What is no object",
        arguments: [ObjectValue.null, .string("x"), .array([]), .integer(1)]
    )
    func noObject(value: ObjectValue) {
        let report = DestinationRules.check(value)
        #expect(report.codes == ["TPX005"])
        #expect(report.servable == nil)
    }

    @Test("An empty object lacks everything at once")
    func empty() {
        #expect(DestinationRules.check(.object([:])).codes == ["TPX001", "TPX002", "TPX003", "TPX010"])
    }

    @Test(
        "Wrong types",
        arguments: [
            ("{name: 5}", "", "spec.destinationRef.name"), ("[dest]", "", "spec.destinationRef"),
            ("dest", "", "spec.destinationRef"), ("{name: d, level: 1}", "", "spec.destinationRef.level"),
            ("{name: d}", "fragmentRef: f", "spec.fragmentRef"),
            ("{name: d}", "fragmentRef: {name: f, optional: 'true'}", "spec.fragmentRef.optional"),
            ("{name: d}", "destinationServiceInstanceName: [a]", "spec.destinationServiceInstanceName"),
            ("{name: d}", "service: 465", "spec.service"),
            ("{name: d}", "accessControl: clusterWide", "spec.accessControl"),
            ("{name: d}", "accessControl: {scope: true}", "spec.accessControl.scope"),
        ]
    )
    func wrongTypes(destinationRef: String, spec: String, path: String) throws {
        let object = try Samples.destination(destinationRef: destinationRef, spec: spec)
        let report = DestinationRules.check(object)
        #expect(report.codes == ["TPX005"])
        #expect(report.findings.first?.path.description == path)
        #expect(report.findings.first?.error.reason == .typeInvalid)
    }

    @Test(
        "Wrong types of the whole",
        arguments: [("metadata: x\n", "metadata"), ("metadata: {name: a, annotations: []}\n", "metadata.annotations")]
    )
    func wrongMetadata(text: String, path: String) throws {
        let object = try Samples.document(text).value
        #expect(DestinationRules.check(object).findings.contains { $0.code == .wrongType && "\($0.path)" == path })
    }

    @Test(
        "Unknown fields are warned of",
        arguments: [
            ("destinationServiceInstance: a", "spec.destinationServiceInstance", "destinationServiceInstanceName?"),
            ("services: {}", "spec.services", "did you mean service?"),
            ("service: {prot: 1}", "spec.service.prot", "did you mean port?"),
            ("zzzzzzzzz: 1", "spec.zzzzzzzzz", "remove it"),
        ]
    )
    func unknownFields(spec: String, path: String, mend: String) throws {
        let report = DestinationRules.check(try Samples.destination(spec: spec))
        #expect(report.codes == ["TPX006"])
        #expect(report.findings.first?.path.description == path)
        #expect(report.findings.first?.mend.contains(mend) == true)
        #expect(report.resource != nil)
    }

    @Test("A field that belongs into the spec, but stands elsewhere beside a spec")
    func misplaced() throws {
        let object = try Samples.destination(metadata: "destinationServiceInstanceName: a")
        let report = DestinationRules.check(object)
        #expect(report.codes == ["TPX006"])
        #expect(report.findings.first?.mend.contains("below spec") == true)
    }

    @Test(
        "Unknown annotations",
        arguments: [
            ("transparent-proxy.connectivity.api.sap/tenant-subdomain", true),
            ("transparent-proxy.connectivity.sap/tenant-subdomains", true), ("tenant-subdomains", true),
            ("kubectl.kubernetes.io/last-applied-configuration", false), ("example.com/team", false),
        ]
    )
    func unknownAnnotations(name: String, isFound: Bool) throws {
        let report = DestinationRules.check(try Samples.destination(metadata: "annotations: {\(name): x}"))
        #expect(report.codes == (isFound ? ["TPX007"] : []))
        #expect(report.resource != nil)
    }

    @Test("findings about single fields are capped where they are made, and each rule has its own cap")
    func manyFields() throws {
        var members = try #require(Samples.annotated("[\"a\"]").objectValue)
        var spec = try #require(members["spec"]?.objectValue)
        var annotations: [String: ObjectValue] = [Samples.annotation: .string("[\"a\"]")]
        for index in 0..<5000 {
            spec["a\(index)"] = .null
            annotations["\(DestinationResource.annotationPrefix)a\(index)"] = .string("")
        }
        spec["destinationServiceInstanceName"] = .integer(1)
        members["spec"] = .object(spec)
        members["metadata"] = .object(["name": .string("mail"), "annotations": .object(annotations)])
        let report = DestinationRules.check(.object(members))
        #expect(report.findings.filter { $0.code == .unknownField }.count == 100)
        #expect(report.findings.filter { $0.code == .unknownAnnotation }.count == 100)
        #expect(report.findings.filter { $0.code == .wrongType }.count == 1)
    }
}

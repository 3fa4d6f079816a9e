import DestinationRules
import ObjectModel
import TestSupport
import Testing
import YAML

@testable import kubectl_tproxy

@Suite("Validation of files")
struct FileValidationTests {
    private func validation(_ texts: String..., instances: RuleContext.Instances? = nil) -> FileValidation {
        var validation = FileValidation(instances: instances)
        validation.check(
            texts.enumerated().map { InputFile(name: "\($0.offset).yaml", content: .success(Array($0.element.utf8))) }
        )
        return validation
    }

    private func destination(_ name: String, tenants: String, port: Int = 465) -> String {
        """
        apiVersion: destination.connectivity.api.sap/v1
        kind: Destination
        metadata:
          name: \(name)
          annotations:
            transparent-proxy.connectivity.api.sap/tenant-subdomains: '\(tenants)'
        spec:
          destinationRef: {name: x}
          service:
            port: \(port)

        """
    }

    @Test("Each fault has its place, in every document of every file")
    func places() {
        let good = destination("a", tenants: #"["x"]"#)
        let validation = validation(good + "---\n" + destination("b", tenants: "x", port: 0), good)
        #expect(validation.fileCount == 2)
        #expect(validation.resourceCount == 3)
        let places = validation.faults.map {
            "\($0.file):\($0.position?.line ?? 0):\($0.position?.column ?? 0) \($0.code?.rawValue ?? "")"
        }
        #expect(places == ["0.yaml:17:63 TPX030", "0.yaml:21:11 TPX019"])
        #expect(validation.faults.last?.line == "    port: 0")
        #expect(validation.outcome == .findings)
    }

    @Test("Two that claim one Service are a fault of the later one")
    func collision() {
        let validation = validation(
            destination("mail", tenants: #"["a-b"]"#),
            destination("mail-a", tenants: #"["b"]"#)
        )
        #expect(validation.faults.map(\.code) == [.collision])
        #expect(validation.faults.map(\.file) == ["1.yaml"])
    }

    @Test("Items of lists are looked at, and other kinds passed over")
    func lists() {
        let item = #"{"apiVersion":"destination.connectivity.api.sap/v1","kind":"Destination","metadata":{"name":"m"}}"#
        let validation = validation(
            #"{"apiVersion":"v1","kind":"List","items":[\#(item),{"kind":"Pod"}]}"#,
            "kind: ConfigMap\n"
        )
        #expect(validation.resourceCount == 1)
        #expect(validation.otherCount == 2)
        #expect(validation.faults.map(\.code) == [.missingSpec])
        #expect(validation.faults.first?.position?.line == 1)
    }

    @Test("A destination of the Destination service isn't taken for a resource, and nothing of it is shown")
    func exported() {
        let validation = validation(#"{"Name": "mail", "mail.password": "hunter2"}"#, "a: 1\n")
        #expect(validation.faults.isEmpty && validation.otherCount == 2)
    }

    @Test("What can't be read is told with its place, and the rest is looked at all the same")
    func unreadable() {
        let validation = validation("a: [\n", "{\"a\": }", destination("a", tenants: "x"))
        #expect(validation.faults.map(\.file) == ["0.yaml", "1.yaml", "2.yaml"])
        #expect(validation.faults.prefix(2).allSatisfy { $0.position != nil && $0.code == nil })
        #expect(validation.outcome == .findings)
        var missing = FileValidation(instances: nil)
        missing.check(InputFile.all("/nonexistent/file.yaml"))
        #expect(missing.outcome == .failed)
    }

    @Test(
        "The malformed resources that the admission server refuses are refused here too",
        arguments: MalformedDestination.all
    )
    func malformed(example: MalformedDestination) {
        let name = "dest-service"
        let instances = RuleContext.Instances(
            names: [name],
            defaultName: example.installation == .defaultInstance ? name : nil
        )
        let validation = validation(example.text, instances: instances)
        #expect(validation.faults.contains { $0.code?.rawValue == example.code }, "\(validation.faults)")
        #expect(validation.outcome == .findings)
    }
}

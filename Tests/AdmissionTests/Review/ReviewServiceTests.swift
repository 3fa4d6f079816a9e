import Configuration
import Kubernetes
import ObjectModel
import ServerSupport
import Telemetry
import TestSupport
import Testing
import YAML

@testable import Admission

@Suite("Judging requests")
struct ReviewServiceTests {
    @Test("Every malformed Destination is refused with its code and field", arguments: MalformedDestination.all)
    func malformed(sample: MalformedDestination) throws {
        let installation: String? =
            switch sample.installation {
            case .defaultInstance: "dest-service"
            case .noDefaultInstance: nil
            }
        let node = try #require(try YAML.documents(in: sample.text).first)
        let object = ObjectDocument(node).value
        let test = try TestService(defaultInstance: installation)
        let answer = test.service.answer(Reviews.review(object).json())
        #expect(answer.status == 200)
        #expect(answer.contentType == "application/json")
        let response = try #require(try JSONReader.document(answer.body).value["response"])
        #expect(response["allowed"] == .bool(false))
        #expect(response["status"]?["code"] == .integer(422))
        let cause = response["status"]?["details"]?["causes"]?.arrayValue?.first
        #expect(cause?["field"]?.stringValue == sample.field)
        #expect(cause?["message"]?.stringValue?.hasSuffix("(\(sample.code))") == true)
        #expect(test.metric("tproxy_admission_reviews_total{outcome=\"refused\"}") == "1")
        #expect(test.metric("tproxy_admission_findings_total{code=\"\(sample.code)\",severity=\"error\"}") == "1")
    }

    @Test("A refusal is a line in the log, an admission is none")
    func logs() throws {
        let test = try TestService()
        _ = test.service.answer(Reviews.review().json())
        #expect(test.log.lines.filter { !$0.hasPrefix("trace") } == [])
        _ = test.service.answer(Reviews.review(Reviews.destination("a.b", tenants: "x")).json())
        let lines = test.log.lines.filter { $0.hasPrefix("info") }
        #expect(lines.count == 1)
        for part in ["shop/a.b", "TPX003,TPX030", "jane", "CREATE"] { #expect(lines.first?.contains(part) == true) }
    }

    @Test("What a request is called can't forge a line or flood the log")
    func hostileNames() throws {
        let test = try TestService()
        let name = "evil\nname" + String(repeating: "x", count: 10_000)
        let changes: [String: ObjectValue] = [
            "userInfo": .object(["username": .string(name)]), "namespace": .string(name), "name": .string(name),
        ]
        _ = test.service.answer(Reviews.review(Reviews.destination("a.b"), changes: changes).json())
        let line = try #require(test.log.lines.first { $0.hasPrefix("info") })
        #expect(!line.contains("\n"))
        #expect(line.utf8.count < 1500)
    }

    @Test("A changed configuration counts at once")
    func changedConfiguration() throws {
        let test = try TestService(defaultInstance: nil)
        let allowed = {
            try JSONReader.document(test.service.answer(Reviews.review().json()).body).value["response"]?["allowed"]
        }
        #expect(try allowed() == .bool(false))
        var configuration = test.settings.current
        configuration.defaultInstance = "dest-service"
        test.settings.replace(by: configuration)
        #expect(try allowed() == .bool(true))
    }
}

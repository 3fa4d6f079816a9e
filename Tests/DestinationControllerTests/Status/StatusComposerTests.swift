import DestinationModel
import DestinationRules
import Kubernetes
import ObjectModel
import Testing

@testable import DestinationController

@Suite("Status composer")
struct StatusComposerTests {
    private let subject = StatusSubject.sample
    private let refused = RouteProof.failed(reason: "NotFound", message: "there is no such destination; create it")

    private func compose(
        _ tenants: [TenantStatus],
        problem: ResourceProblem? = nil,
        remark: ListRemark? = nil,
        failure: String? = nil,
        before: StatusReading = .none,
        at seconds: Int = 0
    ) -> ComposedStatus {
        StatusComposer.compose(
            subject,
            tenants: tenants,
            problem: problem,
            remark: remark,
            failure: failure,
            before: before,
            now: .at(seconds)
        )
    }

    private func remark(_ tenants: String) throws -> ListRemark? {
        let text =
            #"{"apiVersion":"destination.connectivity.api.sap/v1","kind":"Destination","metadata":{"name":"mail","#
            + #""annotations":{"transparent-proxy.connectivity.api.sap/tenant-subdomains":"\#(tenants)"}},"#
            + #""spec":{"destinationRef":{"name":"d"}}}"#
        return ListRemark(DestinationRules.check(try JSONReader.document(text).value).findings)
    }

    @Test("What stands in the list and is no tenant keeps it from being Available; one named twice is only said")
    func remarks() throws {
        #expect(try remark(#"[\"a\"]"#) == nil)
        #expect(try remark(#"[\"a\",\"B\"]"#) == nil, "that is a tenant's own fault")
        let number = compose([subject.tenant("a", .open)], remark: try remark(#"[\"a\",5]"#))
        #expect(text(number, "status") == "False")
        #expect(text(number, "reason") == "ConfigurationError-MultitenancyAnnotation-Invalid")
        #expect(text(number, "message").contains("TPX033") && number.notes.count == 1)
        let again = compose(
            [subject.tenant("a", .open)],
            remark: try remark(#"[\"a\",5]"#),
            before: StatusReading(number.status),
            at: 5
        )
        #expect(!again.isChanged && again.notes.isEmpty)
        let twice = compose([subject.tenant("a", .open)], remark: try remark(#"[\"a\",\"a\"]"#))
        #expect(text(twice, "status") == "True")
        #expect(text(twice, "message").contains("TPX034"))
        let failed = compose([subject.tenant("a", refused)], remark: try remark(#"[\"a\",5]"#))
        #expect(text(failed, "reason") == "FailedToApplyConfiguration")
        #expect(text(failed, "message").contains("TPX033"))
    }

    @Test("a failed reconciliation leaves no good status, and is said once")
    func failure() {
        let words = "get namespaces shop: it is forbidden"
        let good = compose([subject.tenant("a", .open)], failure: words)
        #expect(text(good, "status") == "False" && text(good, "reason") == "ReconciliationFailed")
        #expect(text(good, "message").contains(words) && good.notes.map(\.reason) == ["ReconciliationFailed"])
        #expect(good.status["tenantsReady"] == .string("1/1"))
        let again = compose([subject.tenant("a", .open)], failure: words, before: StatusReading(good.status), at: 5)
        #expect(!again.isChanged && again.notes.isEmpty)
        let bad = compose([subject.tenant("a", refused)], failure: words)
        #expect(text(bad, "reason") == "FailedToApplyConfiguration" && text(bad, "message").contains(words))
        let unwritten = subject.tenant(nil, serviceName: "mail", problem: .notWritten(words))
        let shown = compose([unwritten], failure: words)
        #expect(text(shown, "reason") == "ServiceCreationFailed")
        #expect(text(shown, "message").split(separator: words).count == 2)
    }

    private func condition(_ composed: ComposedStatus) -> ObjectValue? {
        composed.status["conditions"]?.arrayValue?.first
    }

    private func text(_ composed: ComposedStatus, _ name: String) -> String {
        condition(composed)?[name]?.stringValue ?? ""
    }

    @Test("A resource without tenants")
    func single() throws {
        let time = ObjectValue.string("2027-01-15T08:00:00Z")
        let composed = compose([subject.tenant(nil, .open)])
        let expected = try JSONReader.document(
            #"""
            {"observedGeneration": 3, "tenantsReady": "1/1", "port": 465, "scope": "namespaced",
             "destinationServiceInstanceName": "dest-service",
             "conditions": [{"type": "Available", "status": "True", "reason": "ConfigurationSuccessful",
                "message": "mail can be sent", "observedGeneration": 3,
                "lastTransitionTime": "2027-01-15T08:00:00Z", "lastUpdateTime": "2027-01-15T08:00:00Z"}],
             "tenants": [{"serviceName": "mail", "address": "mail.shop.svc.cluster.local:465", "relayPort": 20001,
                "state": "Ready", "lastTransitionTime": "2027-01-15T08:00:00Z"}]}
            """#
        ).value
        #expect(composed.status == expected)
        #expect(composed.isChanged)
        #expect(composed.status["tenants"]?.arrayValue?.first?["lastTransitionTime"] == time)
    }

    @Test("Its condition takes the tenant's own reason and message")
    func singleFailed() {
        let composed = compose([subject.tenant(nil, refused)])
        #expect(text(composed, "status") == "False")
        #expect(text(composed, "reason") == "NotFound")
        #expect(text(composed, "message") == "there is no such destination; create it")
        #expect(composed.status["tenantsReady"] == .string("0/1"))
    }

    @Test("One bad tenant never hides the good ones")
    func oneOfThree() {
        let composed = compose([subject.tenant("a", .open), subject.tenant("b", refused), subject.tenant("c", .open)])
        #expect(text(composed, "status") == "False")
        #expect(text(composed, "reason") == "FailedToApplyConfiguration")
        #expect(
            text(composed, "message")
                == "1 of 3 tenants are not ready. b: there is no such destination; create it"
        )
        #expect(composed.status["tenantsReady"] == .string("2/3"))
        let states = composed.status["tenants"]?.arrayValue?.map { $0["state"]?.stringValue }
        #expect(states == ["Ready", "Failed", "Ready"])
        #expect(composed.summary.problems.map(\.tenant) == ["b"])
        #expect(composed.summary.ready == 2 && composed.summary.tenants == 3)
    }

    @Test("While nothing has failed, the condition says what is waited for")
    func pending() {
        let composed = compose([subject.tenant("a", .open), subject.tenant("b", .lookingUp)])
        #expect(text(composed, "reason") == "DestinationLookupPending")
        let mixed = compose([subject.tenant("a", refused), subject.tenant("b", .lookingUp)])
        #expect(text(mixed, "reason") == "FailedToApplyConfiguration")
    }

    @Test("Tenants of one reason are named together, and of many only some")
    func grouped() {
        let tenants = (1...9).map { subject.tenant("t\($0)", .noRelay) }
        let message = text(compose(tenants), "message")
        #expect(message.hasPrefix("9 of 9 tenants are not ready. t1, t2, t3, t4, t5 and 4 more: no relay is ready"))
        let various = (1...9).map { subject.tenant("t\($0)", .failed(reason: "R", message: "m\($0); do")) }
        #expect(text(compose(various), "message").hasSuffix("and 4 more for other reasons, which status.tenants lists"))
    }

    @Test("All is well")
    func all() {
        let composed = compose([subject.tenant("a", .open), subject.tenant("b", .open)])
        #expect(text(composed, "status") == "True")
        #expect(text(composed, "message") == "mail can be sent for all 2 tenants")
        #expect(composed.summary.isAvailable)
    }

    @Test("A problem of the whole resource is the condition's, be there tenants or not")
    func problem() {
        let problem = ResourceProblem(reason: "ConfigurationFailed", message: "it is wrong; mend it")
        for tenants in [[], [subject.tenant("a", serviceName: "mail-a", problem: .resource(problem))]] {
            let composed = compose(tenants, problem: problem)
            #expect(text(composed, "status") == "False")
            #expect(text(composed, "reason") == "ConfigurationFailed")
            #expect(text(composed, "message") == "it is wrong; mend it")
            #expect(composed.status["tenantsReady"] == (tenants.isEmpty ? nil : .string("0/1")))
        }
        #expect(text(compose([]), "status") == "False", "nobody to send mail for")
    }

    @Test("What is unknown is left out")
    func partial() {
        var subject = subject
        (subject.port, subject.instance, subject.scope) = (nil, nil, nil)
        let status = StatusComposer.compose(
            subject,
            tenants: [subject.tenant("a", serviceName: "mail-a", problem: .foreignService)],
            before: .none,
            now: .at(0)
        ).status
        #expect(
            Set(status.objectValue?.keys ?? [:].keys) == [
                "observedGeneration", "conditions", "tenants", "tenantsReady",
            ]
        )
        let entry = status["tenants"]?.arrayValue?.first
        #expect(entry?["address"] == nil && entry?["relayPort"] == nil)
    }

    @Test("No address leads to somebody else's Service", arguments: [TenantProblem.foreignService, .settingUp])
    func address(problem: TenantProblem) {
        let tenant = subject.tenant("a", serviceName: "mail-a", relayPort: 20_001, problem: problem)
        let address = compose([tenant]).status["tenants"]?.arrayValue?.first?["address"]
        #expect((address == nil) == (problem == .foreignService))
    }
}

extension StatusComposerTests {
    @Test("The same again changes nothing, however late, and whatever conditions others have")
    func unchanged() throws {
        let tenants = [subject.tenant("a", .open), subject.tenant("b", refused)]
        let first = compose(tenants)
        let again = compose(tenants, before: StatusReading(first.status), at: 500)
        #expect(!again.isChanged)
        #expect(again.status == first.status)
        #expect(again.notes.isEmpty)

        var members = try #require(first.status.objectValue)
        let other = ObjectValue.object(["type": .string("Other"), "status": .string("True")])
        members["conditions"] = .array([other] + (first.status["conditions"]?.arrayValue ?? []))
        #expect(!compose(tenants, before: StatusReading(.object(members)), at: 500).isChanged)
    }

    @Test("Whatever somebody else does to it is put right")
    func tampered() throws {
        let tenants = [subject.tenant("a", .open)]
        let first = compose(tenants)
        for (name, value) in [
            ("port", ObjectValue.integer(1)), ("tenants", .array([])), ("tenantsReady", .string("0/1")),
            ("conditions", .array([])), ("observedGeneration", .integer(2)), ("extra", .null),
        ] {
            var members = try #require(first.status.objectValue)
            members[name] = value
            let mended = compose(tenants, before: StatusReading(.object(members)), at: 500)
            #expect(mended.isChanged, "\(name)")
        }
    }

    @Test("Times change with what they are about, and only then")
    func times() {
        func times(_ composed: ComposedStatus) -> [String] {
            let tenants = composed.status["tenants"]?.arrayValue ?? []
            return [text(composed, "lastTransitionTime"), text(composed, "lastUpdateTime")]
                + tenants.map { $0["lastTransitionTime"]?.stringValue ?? "" }
        }
        let (t0, t1, t2) = (MicroTime.at(0).seconds, MicroTime.at(1).seconds, MicroTime.at(2).seconds)
        let first = compose([subject.tenant("a", .noRelay), subject.tenant("b", .noRelay)])
        #expect(times(first) == [t0, t0, t0, t0])
        let second = compose(
            [subject.tenant("a", .open), subject.tenant("b", .unknown)],
            before: StatusReading(first.status),
            at: 1
        )
        #expect(times(second) == [t0, t1, t1, t0])
        let third = compose(
            [subject.tenant("a", .open), subject.tenant("b", .open)],
            before: StatusReading(second.status),
            at: 2
        )
        #expect(times(third) == [t2, t2, t1, t2])
    }

    @Test("Two thousand tenants with much to say fit into what the API server stores")
    func largest() {
        let words = String(repeating: "wörds ", count: 400)
        let tenants = (1...2100).map { number in
            subject.tenant(
                "customer-number-\(number)-subdomain",
                .failed(reason: "ConfigurationFailed", message: words)
            )
        }
        let status = compose(tenants).status
        #expect(status.json().count < 1_100_000)
        let entries = status["tenants"]?.arrayValue ?? []
        #expect(entries.count == 2000)
        #expect(entries.allSatisfy { ($0["message"]?.stringValue?.utf8.count ?? 0) >= 64 })
        #expect(status["tenantsReady"] == .string("0/2100"))
        let few = compose(Array(tenants.prefix(3))).status["tenants"]?.arrayValue?.first?["message"]?.stringValue
        #expect((2000...2048).contains(few?.utf8.count ?? 0))
    }

    @Test("So do names of tenants that take several times their length in JSON", arguments: ["\"", "\\", "<"])
    func largestOfQuotes(character: String) throws {
        let name = String(repeating: character, count: 63)
        let tenants = (1...2000).map { _ in
            subject.tenant(name, serviceName: "mail-\(name)", problem: .notWritten(String(repeating: name, count: 20)))
        }
        let status = compose(tenants).status
        // As Go writes it.
        let stored = String(decoding: status.json(), as: UTF8.self).replacing("<", with: "\\u003c")
        #expect(stored.utf8.count < 1_100_000)
        let entries = try #require(status["tenants"]?.arrayValue)
        #expect(entries.count > 500)
        #expect(entries.allSatisfy { $0["tenant"] == .string(name) && $0["message"]?.stringValue?.isEmpty == false })
    }

    @Test("Texts from elsewhere break neither the schema nor a terminal")
    func hostile() {
        let long = String(repeating: "x", count: 5000)
        let hostile = RouteProof.failed(reason: "a\nb\(long)", message: "\u{1B}[2J\r\n\(long)")
        let tenant = subject.tenant(long, serviceName: long, relayPort: 70_000, proof: hostile, before: .none)
        let composed = compose([tenant, subject.tenant("b", .open)])
        let entry = composed.status["tenants"]?.arrayValue?.first
        #expect(entry?["tenant"]?.stringValue?.utf8.count == 63)
        #expect(entry?["serviceName"]?.stringValue?.utf8.count == 317)
        #expect(entry?["relayPort"] == nil && entry?["address"] == nil)
        for value in [entry?["reason"], entry?["message"], condition(composed)?["message"]] {
            let scalars = value?.stringValue?.unicodeScalars ?? "".unicodeScalars
            #expect(!scalars.isEmpty && scalars.allSatisfy { $0.value >= 0x20 })
        }
        #expect(entry?["reason"]?.stringValue?.utf8.count ?? 0 <= 1024)
    }
}

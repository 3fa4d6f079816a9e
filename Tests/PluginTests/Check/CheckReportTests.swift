import Configuration
import DestinationModel
import FoundationEssentials
import ObjectModel
import RelayRoutes
import SMTP
import TestSupport
import Testing
import YAML

@testable import kubectl_tproxy

@Suite("What a check comes to")
struct CheckReportTests {
    /// One thing that is wrong in a cluster where all else is well.
    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        let code: String
        /// Words of the finding.
        let words: String
        let change: @Sendable (inout ClusterFacts) throws -> Void

        init(
            _ what: String,
            _ code: ProblemCode,
            _ words: String = "",
            _ change: @escaping @Sendable (inout ClusterFacts) throws -> Void
        ) {
            self.init(what, code: code.text, words, change)
        }

        init(
            _ what: String,
            code: String,
            _ words: String = "",
            _ change: @escaping @Sendable (inout ClusterFacts) throws -> Void
        ) {
            self.what = what
            self.code = code
            self.words = words
            self.change = change
        }

        var testDescription: String { what }
    }

    @Test("Where all is well, that is said")
    func good() throws {
        let report = CheckReport(try SampleFacts.good())
        #expect(report.findings.isEmpty && report.gaps.isEmpty)
        #expect(report.outcome == .good)
        #expect(report.object["well"] == .bool(true))
    }

    @Test(
        "a server that lacks the API server is told which policy has not its port",
        arguments: ServerPod.Server.allCases
    )
    func apiServerPort(server: ServerPod.Server) throws {
        var facts = try SampleFacts.good()
        facts.apiServerPorts = .success([16_443])
        #expect(CheckReport(facts).findings.isEmpty, "all servers work, whatever the policies say")
        facts.pods = facts.pods.map { pods in
            pods.map { $0.server == server ? ServerPod(name: $0.name, server: server, isReady: false) : $0 }
        }
        facts.admissions = facts.admissions.mapValues { page in
            server == .admission ? .success(MetricValues("tproxy_admission_destinations_complete 0\n")) : page
        }
        func shut(_ facts: ClusterFacts) -> [String] {
            CheckReport(facts).findings.filter { $0.code == ProblemCode.shutOut.text }.map(\.sentence)
        }
        let sentences = shut(facts)
        #expect(sentences.count == 1)
        #expect(sentences.first?.contains("\(server.rawValue) doesn't let the \(server.title) out") == true)
        #expect(sentences.first?.contains("listens on 16443") == true)
        let component = try YAML.documents(in: Repository.text("manifests/components/egress-ports/network.yaml"))
        facts.systemPolicies = facts.systemPolicies.map { $0 + component.map { ObjectDocument($0).value } }
        facts.apiServerPorts = .success([8443])
        #expect(shut(facts).isEmpty)
    }

    @Test("Each thing that is wrong is named, and nothing else", arguments: CheckCases.all)
    func finding(example: Case) throws {
        var facts = try SampleFacts.good()
        try example.change(&facts)
        let report = CheckReport(facts)
        #expect(report.findings.map(\.code).uniqued == [example.code], "\(report.findings)")
        #expect(
            report.findings.contains { "\($0.title): \($0.sentence)".contains(example.words) },
            "\(report.findings)"
        )
        #expect(report.outcome == .findings)
        for finding in report.findings {
            #expect(!finding.sentence.contains("\n") && !finding.sentence.hasSuffix("."))
            #expect(finding.mend.hasPrefix("kubectl "), "\(finding.mend)")
            #expect(finding.page.hasPrefix("docs/"))
        }
    }

    @Test("Where the logins of most fail, that is said first: they share something")
    func most() throws {
        func codes(_ answers: [SMTPTrial]) throws -> [String] {
            var facts = try SampleFacts.good()
            facts.trials.tried = answers.enumerated().map {
                Trials.Trial(namespace: "shop", resource: "mail", tenant: "t\($0)", answer: $1)
            }
            return CheckReport(facts).findings.map(\.code)
        }
        let bad = SMTPTrial.broken("no answer")
        let (most, one) = (ProblemCode.mailFailsForMost.text, ProblemCode.relayNotInStep.text)
        #expect(try codes([.good, bad, bad]) == [most, one, one])
        #expect(try codes([bad, bad]) == [one, one])
        #expect(try codes([.good, .good, bad, bad]) == [one, one])
    }

    @Test("A young admission server may not know all Destinations yet, and one without metrics says nothing")
    func youngAdmission() throws {
        var facts = try SampleFacts.good()
        facts.admissions = ["tproxy-admission-1": .success(MetricValues("tproxy_admission_destinations_complete 0\n"))]
        for startTime in ["2027-01-15T07:58:00Z", "", nil] {
            facts.pods = facts.pods.map { pods in
                pods.map { pod in
                    pod.server == .admission
                        ? ServerPod(name: pod.name, server: .admission, isReady: true, startTime: startTime) : pod
                }
            }
            #expect(CheckReport(facts).findings.isEmpty)
        }
        facts.admissions = ["tproxy-admission-1": .success(MetricValues(""))]
        #expect(CheckReport(facts).findings.isEmpty)
    }

    @Test("A right that is missing is named, and the rest goes on")
    func forbidden() throws {
        var facts = try SampleFacts.good()
        let error = KubectlError(.forbidden, #"leases is forbidden: User "u" cannot get"#)
        facts.definition = .failure(error)
        facts.webhook = .failure(error)
        facts.lease = .failure(error)
        facts.pods = .failure(error)
        facts.services = .failure(error)
        facts.configuration = .failure(error)
        facts.namespaces = .failure(error)
        facts.systemPolicies = .failure(error)
        facts.policies = .failure(error)
        facts.probes = WebhookProbes(valid: .unknown(error), invalid: .unknown(error))
        facts.managers = [:]
        facts.relays = [:]
        var report = CheckReport(facts)
        #expect(report.findings.isEmpty, "\(report.findings)")
        #expect(report.outcome == .failed && !report.isWorthRepeating)
        #expect(report.gaps.allSatisfy { $0.code == .notAllowed })
        for right in [
            "customresourcedefinitions", "validatingwebhookconfigurations", "leases", "pods", "services", "configmaps",
            "namespaces", "networkpolicies in tproxy-system", "create destinations",
        ] {
            #expect(report.gaps.contains { $0.sentence.contains(right) }, "\(right)")
        }
        facts.destinations = .success([try SampleFacts.destination(state: "Failed", reason: "PortRangeExhausted")])
        report = CheckReport(facts)
        #expect(report.findings.map(\.code) == [ProblemCode.portsRunOut.text])
        #expect(report.outcome == .findings)
    }

    @Test("What wasn't tried is said, and is no fault")
    func untried() throws {
        var facts = try SampleFacts.good()
        facts.trials.untriedCount = 5
        let report = CheckReport(facts)
        #expect(report.outcome == .good)
        let notes: [String] = report.sections.flatMap(\.notes)
        #expect(notes.contains { $0.contains("5 more") && $0.contains("--trials 7") })
    }

    @Test("what relays use of TLS is shown, once where they agree")
    func tls() throws {
        var facts = try SampleFacts.good()
        #expect(!CheckReport(facts).sections.contains { $0.title == "TLS" })
        facts.relays = facts.relays.mapValues { observed in
            observed.map { page in
                var page = page
                page.metrics = MetricValues(#"tproxy_tls_info{policy="ECDHE with AEAD, OpenSSL 3.0.19"} 1"#)
                return page
            }
        }
        let section = CheckReport(facts).sections.first { $0.title == "TLS" }
        #expect(section?.summary == "ECDHE with AEAD, OpenSSL 3.0.19")
        #expect(section?.state == .good)
    }

    @Test("Where nothing of the product is, that is said rather than called good")
    func nothing() throws {
        var facts = try SampleFacts.good()
        facts.lease = .failure(KubectlError(.notFound, "not found"))
        facts.pods = .success([])
        facts.parts = .success([])
        facts.services = .success([])
        facts.destinations = .success([])
        facts.managers = [:]
        facts.relays = [:]
        facts.trials = Trials()
        let sections = CheckReport(facts).sections
        let idle = sections.filter { $0.state == .idle }.map(\.title)
        #expect(idle == ["Routes", "Destinations", "Access", "Versions", "Mail servers"])
        let notes: [String] = sections.flatMap(\.notes)
        #expect(notes.contains { $0.contains("say where: --system-namespace") })
    }

    @Test("What couldn't be asked is told with why")
    func unanswered() throws {
        var facts = try SampleFacts.good()
        facts.lease = .failure(KubectlError(.timeout, "the server was unable to return a response"))
        let report = CheckReport(facts)
        #expect(report.outcome == .failed && report.isWorthRepeating)
        #expect(
            report.gaps.map(\.sentence) == [
                "couldn't get leases in tproxy-system: the server was unable to return a response"
            ]
        )
    }

    @Test("A report is read from the top: the verdict, each check, what is wrong, how to mend it")
    func screen() throws {
        var facts = try SampleFacts.good()
        facts.lease = .failure(KubectlError(.notFound, "not found"))
        let screen = Screen(-1, color: .never, environment: [:])
        let report = CheckScreen(CheckReport(facts), screen: screen)
        let lines = report.tableLines.map { $0.rendered(color: false) }
        #expect(lines[0] == "x 1 problem")
        #expect(lines.contains("  ok Definition     destinations are served in version v1"))
        #expect(lines.contains("  x  Manager        TPX110"))
        #expect(
            lines.suffix(5) == [
                "Problem", "  TPX110 No leader",
                "    no manager has ever led: there is no Lease tproxy-manager in tproxy-system",
                "    kubectl get pods -n tproxy-system -l app.kubernetes.io/name=tproxy-manager",
                "    see docs/problems.md#no-leader",
            ]
        )
        #expect(
            report.shortLines.map { $0.rendered(color: false) } == [
                "TPX110 No leader: no manager has ever led: there is no Lease tproxy-manager in tproxy-system"
            ]
        )
    }
}

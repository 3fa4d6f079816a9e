import DestinationModel
import TestSupport
import Testing

@Suite("The page about problems")
struct ProblemsPageTests {
    let page: ProblemsPage

    init() throws { page = try ProblemsPage() }

    @Test("The table leads to every section, in order")
    func table() {
        #expect(page.rows.count > 30)
        #expect(page.rows.map(\.title) == page.sections.map(\.title))
        #expect(page.rows.map(\.anchor) == page.sections.map { ProblemsPage.anchor(of: $0.title) })
    }

    @Test("Every section says what is seen, what it means, how to find out and what to do")
    func sections() {
        for section in page.sections {
            for part in ["What you see.", "What it means.", "Find out.", "Mend."] {
                #expect(section.text.contains("**\(part)**"), "\(section.title): \(part)")
            }
        }
    }

    @Test("Every alert has its section, and no section an alert that isn't there")
    func alerts() throws {
        let alerts = try MonitoringRules.alerts()
        #expect(page.rows.flatMap(\.alerts).sorted() == alerts.map(\.description).sorted())
        for alert in alerts {
            let row = page.rows.first { $0.alerts.contains(alert.description) }
            #expect(alert.annotations["runbook"] == "docs/problems.md#\(row?.anchor ?? "")", "\(alert)")
        }
        let named = Set(page.text.matches(of: /`(Tproxy[A-Za-z]+)`/).map { String($0.1) })
        #expect(named.isSubset(of: Set(alerts.map(\.description))))
    }

    @Test("Every reason that a status can have leads to one section, and back")
    func reasons() throws {
        let own = try Repository.text("Sources/DestinationModel/Status/StatusReason.swift")
        let relays = try Repository.text("Sources/DestinationSources/DestinationLookupError.swift")
        let reasons = Set(own.matches(of: /static let \w+ = "([^"]+)"/).map { String($0.1) })
            .union(relays.matches(of: /"(Configuration[A-Za-z-]+)"/).map { String($0.1) })
        #expect(reasons.count > 10)
        let listed = page.rows.flatMap(\.reasons)
        #expect(Set(listed).union(["ConfigurationSuccessful"]) == reasons)
        #expect(Set(listed).count == listed.count)
        #expect(page.text.contains("`ConfigurationSuccessful`"))
    }

    @Test("Every reply by which the relay says that mail can't be sent leads to a section")
    func replies() throws {
        let code = try Repository.text("Sources/Relay/Upstream/UpstreamFailure.swift")
        let replies = Set(code.matches(of: /\((4\d\d), "(4\.\d\.\d)"\)/).map { "\($0.1) \($0.2)" })
        #expect(replies.count > 5)
        #expect(Set(page.rows.flatMap(\.replies)) == replies)
    }

    @Test("Links lead somewhere, and metrics that are spoken of are there")
    func links() throws {
        for match in page.text.replacing("\n", with: " ").matches(of: /\]\(#([^)]*)\)/) {
            #expect(page.anchors.contains(String(match.1)), "#\(match.1)")
        }
        for match in page.text.matches(of: /\]\(((?:\.\.\/)?[a-z][^)#]*)\)/) where !match.1.contains(":") {
            let path = match.1.hasPrefix("../") ? String(match.1.dropFirst(3)) : "docs/\(match.1)"
            let files = try Repository.files(below: String(path.split(separator: "/")[0]))
            #expect(files.contains { $0 == path || $0.hasPrefix(path + "/") }, "\(path)")
        }
        let vocabulary = try MetricVocabulary.shared
        for match in page.text.matches(of: /\b(tproxy_[a-z_]+|tp_[a-z_]+)/) {
            let name = String(match.1)
            #expect(vocabulary.family(named: name) ?? vocabulary.families[name] != nil, "\(name)")
        }
    }
}

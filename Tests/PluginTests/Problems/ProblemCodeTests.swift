import TestSupport
import Testing

@testable import kubectl_tproxy

@Suite("Codes of problems")
struct ProblemCodeTests {
    /// The lines of the table of docs/problems.md: a section's title, its link, and its codes.
    private func rows() throws -> [(title: String, page: String, codes: [String])] {
        let text = try Repository.text("docs/problems.md")
        return text.matches(of: /(?m)^\| \[([^\]]+)\]\((#[a-z-]+)\) \|([^|]*)\|/).map { match in
            let codes = match.3.matches(of: /`([^`]+)`/).map { String($0.1) }
            return (String(match.1), "docs/problems.md\(match.2)", codes)
        }
    }

    @Test("Each has its section on the page about problems, and the table says which")
    func sections() throws {
        let rows = try rows()
        let text = try Repository.text("docs/problems.md")
        for code in ProblemCode.all {
            let row = try #require(rows.first { $0.title == code.title }, "\(code.title)")
            #expect(row.codes == [code.text])
            #expect(row.page == code.page)
            #expect(text.contains("\n### \(code.title)\n"))
        }
        #expect(rows.flatMap(\.codes).sorted() == ProblemCode.all.map(\.text).sorted())
    }

    @Test("No two are the same, and the list has all")
    func distinct() throws {
        #expect(Set(ProblemCode.all.map(\.text)).count == ProblemCode.all.count)
        let source = try Repository.text("Sources/kubectl-tproxy/Problems/ProblemCode.swift")
        #expect(source.matches(of: /static let \w+ = ProblemCode\(/).count == ProblemCode.all.count)
    }
}

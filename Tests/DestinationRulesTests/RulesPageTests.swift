import TestSupport
import Testing

@Suite("The page about the rules")
struct RulesPageTests {
    @Test("The page in the repository is the one that the rules make: if not, `make docs` writes it")
    func current() throws {
        #expect(try Repository.holds(RulesPage().text, in: "docs/rules.md"))
    }
}

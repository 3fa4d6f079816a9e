import TestSupport
import Testing

/// `docs/problems.md`, in parts.
struct ProblemsPage {
    /// A line of the table that leads to the sections.
    struct Row {
        var title: String
        var anchor: String
        /// As the plugin shows it; none where it never comes upon the problem.
        var codes: [String]
        var alerts: [String]
        var reasons: [String]
        var replies: [String]
    }

    let text: String
    let rows: [Row]
    /// Title and text of each section about a problem.
    let sections: [(title: String, text: String)]
    /// What links can lead to.
    let anchors: Set<String>

    init() throws {
        let text = try Repository.text("docs/problems.md")
        self.text = text
        rows = text.matches(of: /(?m)^\| \[([^\]]+)\]\(#([a-z-]+)\) \|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$/).map {
            match in
            func words(_ cell: Substring) -> [String] { cell.matches(of: /`([^`]+)`/).map { String($0.1) } }
            return Row(
                title: String(match.1),
                anchor: String(match.2),
                codes: words(match.3),
                alerts: words(match.4),
                reasons: words(match.5),
                replies: words(match.6)
            )
        }
        sections = text.split(separator: "\n### ").dropFirst().map { section in
            let title = section.prefix { $0 != "\n" }
            // The next chapter begins behind the last section of one.
            let body = section.dropFirst(title.count).split(separator: "\n## ").first ?? ""
            return (String(title), String(body))
        }
        anchors = Set(text.matches(of: /(?m)^##+ (.+)$/).map { Self.anchor(of: String($0.1)) })
    }

    /// How a title is linked to.
    static func anchor(of title: String) -> String {
        String(title.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" })
            .split(separator: " ", omittingEmptySubsequences: false).joined(separator: "-")
    }
}

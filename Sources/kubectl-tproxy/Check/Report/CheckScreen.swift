/// A report as a person reads it: the verdict, a line for each check, and what is wrong last.
struct CheckScreen {
    /// So many findings are shown; more of them would hide the first.
    private static let mostFindings = 20

    private let report: CheckReport
    private let screen: Screen
    private let cluster: KubectlOptions?

    /// - Parameter cluster: Where the commands are to be run that it names.
    init(_ report: CheckReport, screen: Screen, cluster: KubectlOptions? = nil) {
        self.report = report
        self.screen = screen
        self.cluster = cluster
    }

    /// One line for each thing that is wrong or isn't known.
    var shortLines: [StyledText] {
        let lines =
            report.findings.map { StyledText("\($0.code) ", .bad) + StyledText("\($0.title): \($0.sentence)") }
            + report.gaps.map { StyledText("\($0.code?.text ?? "?") ", .doubtful) + StyledText($0.sentence) }
        return lines.isEmpty ? [verdict] : lines
    }

    var tableLines: [StyledText] {
        var lines = [verdict, ""] + checks
        if !report.findings.isEmpty {
            lines += ["", StyledText(report.findings.count == 1 ? "Problem" : "Problems", .strong)]
            lines += report.findings.prefix(Self.mostFindings).flatMap(lines(of:))
            let rest = report.findings.count - Self.mostFindings
            if rest > 0 { lines.append(StyledText("  and \(rest) more; see them all: -o json", .faint)) }
        }
        if !report.gaps.isEmpty {
            lines += ["", StyledText("Not looked at", .strong)] + report.gaps.flatMap(lines(of:))
            if report.gaps.contains(where: { $0.code == .notAllowed }) {
                lines.append("    ask an administrator for these rights, or to look")
                lines.append(StyledText("    see \(ProblemCode.notAllowed.page)"))
            }
        }
        let notes = report.sections.flatMap(\.notes)
        if !notes.isEmpty {
            lines += ["", StyledText("Notes", .strong)]
            lines += notes.flatMap { Wrapping.lines($0, width: screen.terminal.width, indent: 2) }
        }
        return lines
    }

    private var verdict: StyledText {
        let count = report.findings.count
        switch report.outcome {
        case .good: return screen.mark(.good) + StyledText(" all is well", .strong)
        case .findings:
            return screen.mark(.bad) + StyledText(" \(count) \(count == 1 ? "problem" : "problems")", .strong)
        case .failed, .timedOut:
            let isBlind = !report.sections.contains { $0.state == .good }
            let words =
                isBlind ? "nothing could be looked at" : "nothing wrong was found, but not all could be looked at"
            return screen.mark(.unknown) + StyledText(" " + words, .strong)
        }
    }

    private var checks: [StyledText] {
        let longest = report.sections.reduce(0) { max($0, $1.title.count) }
        return report.sections.map { section in
            let summary =
                switch section.state {
                case .good, .idle: section.summary
                case .bad: section.findings.map(\.code).uniqued.joined(separator: ", ")
                case .unknown: "not all could be looked at"
                }
            let padding = String(repeating: " ", count: longest - section.title.count + 3)
            return StyledText("  ") + mark(section.state) + StyledText(" " + section.title + padding)
                + StyledText(
                    fitting(summary, beside: longest + 9),
                    section.state == .good || section.state == .idle ? .faint : .plain
                )
        }
    }

    /// The marks, all of one width.
    private func mark(_ state: CheckSection.State) -> StyledText {
        let mark =
            switch state {
            case .good: screen.mark(.good)
            case .bad: screen.mark(.bad)
            case .unknown: screen.mark(.unknown)
            case .idle: StyledText("-", .faint)
            }
        return mark + StyledText(String(repeating: " ", count: screen.mark(.good).width - mark.width))
    }

    /// As much of a text as there is room for beside what stands before it.
    private func fitting(_ text: String, beside taken: Int) -> String {
        guard let width = screen.terminal.width, text.count > max(width - taken, 10) else { return text }
        return text.prefix(max(width - taken, 10) - 3) + "..."
    }

    private func lines(of finding: CheckFinding) -> [StyledText] {
        let width = screen.terminal.width
        return ProblemLines.head(finding.code, finding.title, width: width)
            + Wrapping.lines(finding.sentence, width: width, indent: 4)
            // As it is, so that it can be copied.
            + [StyledText("    " + (cluster?.command(finding.mend) ?? finding.mend))]
            + Wrapping.lines("see \(finding.page)", width: width, indent: 4)
    }

    /// What is wrong with an answer may take some lines; what right is missing is a few words.
    private func lines(of gap: CheckGap) -> [StyledText] {
        guard let code = gap.code else {
            return Wrapping.lines("? \(gap.sentence)", width: screen.terminal.width, indent: 2)
        }
        return [StyledText("  \(code.text) ", .doubtful) + StyledText(gap.sentence)]
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, in order.
    var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

import DestinationRules

/// What the rules find, as a person reads it.
struct FindingLines {
    private let findings: [Finding]
    private let terminal: Terminal

    init(_ findings: [Finding], terminal: Terminal) {
        self.findings = findings
        self.terminal = terminal
    }

    func write(to screen: Screen) throws(OutputClosed) {
        try screen.write(findings.flatMap(lines))
    }

    private func lines(_ finding: Finding) -> [StyledText] {
        let style: StyledText.Style = finding.severity == .error ? .bad : .doubtful
        return [
            StyledText("\(finding.severity.rawValue) ", style) + StyledText("\(finding.code): ", .strong)
                + StyledText(finding.message),
            StyledText("  \(finding.mend)"),
        ]
    }
}

import DestinationRules
import YAML

/// What was found in files, as a person reads it.
struct ValidationScreen {
    private let validation: FileValidation
    private let screen: Screen

    init(_ validation: FileValidation, screen: Screen) {
        self.validation = validation
        self.screen = screen
    }

    /// - Parameter errors: Where the sum goes.
    func write(errors: Screen) throws(OutputClosed) {
        try screen.write(validation.faults.flatMap(lines))
        try errors.write(sum)
    }

    private func lines(_ fault: FileValidation.Fault) -> [StyledText] {
        let place = fault.position.map { "\(fault.file):\($0.line):\($0.column): " } ?? "\(fault.file): "
        let style: StyledText.Style = fault.severity == .error ? .bad : .doubtful
        let code = fault.code.map { " \($0)" } ?? ""
        var lines = [
            StyledText(place, .strong) + StyledText("\(fault.severity.rawValue)\(code)", style)
                + StyledText(": \(fault.message)")
        ]
        if let position = fault.position, let line = fault.line {
            let number = "\(position.line)"
            let margin = String(repeating: " ", count: number.count)
            lines.append(StyledText("  \(number) | ", .faint) + StyledText(line))
            let before = line.prefix(max(position.column - 1, 0)).map { $0 == "\t" ? "\t" : " " }.joined()
            lines.append(StyledText("  \(margin) | ", .faint) + StyledText("\(before)^", style))
        }
        if let mend = fault.mend { lines.append(StyledText("  \(mend)")) }
        return lines
    }

    private var sum: StyledText {
        let errors = validation.faults.count { $0.severity == .error }
        let warnings = validation.faults.count - errors
        let others =
            validation.otherCount > 0 ? "; \(validation.otherCount) objects of other kinds were passed over" : ""
        let what =
            "\(Self.count(validation.resourceCount, "Destination")) in \(Self.count(validation.fileCount, "file"))"
        guard errors + warnings > 0 else {
            return validation.resourceCount == 0
                ? StyledText("no Destination found in \(Self.count(validation.fileCount, "file"))\(others)", .doubtful)
                : screen.mark(.good) + StyledText(" \(what): nothing is wrong\(others)")
        }
        return StyledText(
            "\(Self.count(errors, "error")), \(Self.count(warnings, "warning")) in \(what)\(others)",
            errors > 0 ? .bad : .doubtful
        )
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

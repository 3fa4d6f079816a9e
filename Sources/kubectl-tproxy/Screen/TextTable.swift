/// A table with aligned columns. Where it is too wide, the columns that matter least are left out.
struct TextTable: Sendable {
    /// A column.
    struct Column: Sendable {
        let title: String
        /// What matters more is left out later; what is `nil` never.
        let priority: Int?

        init(_ title: String, priority: Int? = nil) {
            self.title = title
            self.priority = priority
        }
    }

    private static let gap = 3

    private let columns: [Column]
    private var rows: [[StyledText]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row with one cell for each column.
    mutating func add(_ cells: [StyledText]) {
        rows.append(cells)
    }

    /// The lines.
    ///
    /// - Parameters:
    ///   - width: How much room there is; `nil` for as much as it takes.
    ///   - indent: How far the table is moved to the right.
    func lines(width: Int?, indent: Int = 0) -> [StyledText] {
        let widths = columns.indices.map { index in
            rows.reduce(columns[index].title.count) { max($0, $1[index].width) }
        }
        let shown = shown(widths, width.map { $0 - indent })
        let header = columns.map { StyledText($0.title, .strong) }
        return ([header] + rows).map { cells in
            var line = StyledText(String(repeating: " ", count: indent))
            // Nothing stands behind the last word of a line.
            let last = shown.lastIndex { cells[$0].width > 0 } ?? 0
            for (place, index) in shown.enumerated() where place <= last {
                line = line + cells[index]
                guard place < last else { continue }
                line = line + StyledText(String(repeating: " ", count: widths[index] - cells[index].width + Self.gap))
            }
            return line
        }
    }

    /// The columns that there is room for.
    private func shown(_ widths: [Int], _ room: Int?) -> [Int] {
        var shown = Array(columns.indices)
        guard let room else { return shown }
        while shown.reduce(-Self.gap, { $0 + widths[$1] + Self.gap }) > room {
            let optional = shown.filter { columns[$0].priority != nil }
            guard let least = optional.min(by: { (columns[$0].priority ?? 0) < (columns[$1].priority ?? 0) }) else {
                break
            }
            shown.removeAll { $0 == least }
        }
        return shown
    }
}

import FoundationEssentials

/// Destinations, one on each line.
struct DestinationTable {
    private let views: [DestinationView]
    private let namespaces: Bool
    private let isWide: Bool
    private let screen: Screen

    /// - Parameters:
    ///   - namespaces: Whether they are of several namespaces.
    ///   - isWide: Whether nothing is left out.
    init(_ views: [DestinationView], namespaces: Bool, isWide: Bool, screen: Screen) {
        self.views = views
        self.namespaces = namespaces
        self.isWide = isWide
        self.screen = screen
    }

    func lines(now: Date) -> [StyledText] {
        var columns: [TextTable.Column] = [
            .init("NAME"), .init("STATE"), .init("TENANTS", priority: 3), .init("PORT", priority: 2),
        ]
        if namespaces { columns.insert(.init("NAMESPACE"), at: 0) }
        if isWide { columns += [.init("DESTINATION"), .init("INSTANCE"), .init("SCOPE")] }
        columns += [.init("AGE", priority: 1), .init("REASON", priority: 0)]
        var table = TextTable(columns)
        for view in views { table.add(cells(view, now)) }
        return table.lines(width: isWide ? nil : screen.terminal.width)
    }

    private func cells(_ view: DestinationView, _ now: Date) -> [StyledText] {
        let verdict = view.verdict
        var cells = [
            StyledText(view.name), screen.mark(verdict.mark) + " " + StyledText(verdict.word),
            StyledText(view.readiness), StyledText("\(view.port)"),
        ]
        if namespaces { cells.insert(StyledText(view.namespace), at: 0) }
        if isWide {
            cells += [StyledText(view.destination), StyledText(view.instance ?? "-"), StyledText(view.scope ?? "-")]
        }
        return cells + [StyledText(Age.text(since: view.creationTime, now: now)), StyledText(view.reason, .faint)]
    }
}

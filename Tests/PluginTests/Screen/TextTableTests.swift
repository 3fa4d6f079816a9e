import Testing

@testable import kubectl_tproxy

@Suite("Tables")
struct TextTableTests {
    private func table() -> TextTable {
        var table = TextTable([.init("NAME"), .init("STATE", priority: 2), .init("LEAST", priority: 0)])
        table.add(["mail", "Available", "x"])
        table.add(["much-longer", "No", "y"])
        return table
    }

    private func text(_ width: Int?, indent: Int = 0) -> [String] {
        table().lines(width: width, indent: indent).map { $0.rendered(color: false) }
    }

    @Test("Columns are aligned, and nothing trails")
    func aligned() {
        #expect(
            text(nil) == [
                "NAME          STATE       LEAST", "mail          Available   x", "much-longer   No          y",
            ]
        )
        #expect(text(nil, indent: 2).allSatisfy { $0.hasPrefix("  ") })
    }

    @Test("Where there is no room, what matters least goes first, and what must stay stays")
    func narrow() {
        #expect(text(31)[0] == "NAME          STATE       LEAST")
        #expect(text(30)[0] == "NAME          STATE")
        #expect(text(22)[0] == "NAME")
        #expect(text(1)[2] == "much-longer")
    }

    @Test("Colours change nothing but the colour, and what comes from the cluster can't bring its own")
    func styles() {
        let line = StyledText("a", .good) + StyledText("b\u{1B}[31m\u{7}\nc")
        #expect(line.rendered(color: true) == "\u{1B}[32ma\u{1B}[0mb [31m  c")
        #expect(line.rendered(color: false) == "ab [31m  c")
        #expect(line.width == 10)
    }

    @Test("Words are put on lines")
    func wrapping() {
        let lines = Wrapping.lines("one two three four five six seven", width: 24, indent: 4).map {
            $0.rendered(color: false)
        }
        #expect(lines == ["    one two three four", "    five six seven"])
        #expect(Wrapping.lines("a b", width: nil, indent: 2) == ["  a b"])
    }

    @Test(
        "Ages are told as kubectl tells them",
        arguments: [
            (0, "0s"), (119, "119s"), (120, "2m"), (121, "2m1s"), (3600, "60m"), (10_800, "3h"), (11_460, "3h11m"),
            (172_800, "2d"), (180_000, "2d2h"), (86_400 * 30, "30d"), (86_400 * 800, "2y70d"), (86_400 * 4000, "10y"),
            (-1, "0s"), (-60, "?"),
        ]
    )
    func ages(seconds: Int, text: String) {
        #expect(Age.text(seconds: seconds) == text)
    }
}

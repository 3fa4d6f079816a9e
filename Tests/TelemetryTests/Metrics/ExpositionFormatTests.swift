import Telemetry
import Testing

@Suite("Text exposition format 0.0.4")
struct ExpositionFormatTests {
    @Test(
        arguments: [
            ("", ""),
            ("plain text", "plain text"),
            (#"back\slash"#, #"back\\slash"#),
            (#""quoted""#, #"\"quoted\""#),
            ("two\nlines", #"two\nlines"#),
            ("\r\n", "\r\\n"),
            ("tab\tand \u{1}", "tab\tand \u{1}"),
            ("größe 📮 e\u{301}", "größe 📮 e\u{301}"),
            (#"x"} 1\#nfake{a="b"#, #"x\"} 1\nfake{a=\"b"#),
        ]
    )
    func escapesLabelValues(value: String, escaped: String) throws {
        let registry = MetricsRegistry()
        _ = try registry.gauge("a", help: "A.", labels: ["x"]).metric(value)
        #expect(registry.text.utf8.elementsEqual("# HELP a A.\n# TYPE a gauge\na{x=\"\(escaped)\"} 0\n".utf8))
    }

    @Test(
        arguments: [
            ("two\nlines", #"two\nlines"#),
            ("\r\n", "\r\\n"),
            (#"back\slash"#, #"back\\slash"#),
            (#"quotes "stay""#, #"quotes "stay""#),
        ]
    )
    func escapesHelp(help: String, escaped: String) throws {
        let registry = MetricsRegistry()
        _ = try registry.gauge("a", help: help).metric()
        #expect(registry.text.utf8.elementsEqual("# HELP a \(escaped)\n# TYPE a gauge\na 0\n".utf8))
    }

    @Test(
        arguments: [
            (0, "0"), (1, "1"), (-2, "-2"), (0.1, "0.1"), (1e-5, "1e-05"), (1e300, "1e+300"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ] as [(Double, String)]
    )
    func writesNumbers(value: Double, text: String) throws {
        let registry = MetricsRegistry()
        try registry.gauge("a", help: "A.") { value }
        #expect(registry.samples == ["a \(text)"])
    }
}

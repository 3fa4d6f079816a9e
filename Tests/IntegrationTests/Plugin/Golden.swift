import FoundationEssentials
import TestSupport
import Testing

/// Outputs as they are kept in Tests, with what differs from run to run replaced.
///
/// With `TPROXY_WRITE_GOLDENS=1` they are written anew: look at the difference before it is kept.
struct Golden {
    /// What is replaced by what, in this order.
    let replacements: [(of: String, by: String)]

    func check(_ name: String, _ output: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let path = Repository.path("Tests/IntegrationTests/Plugin/Goldens/\(name).txt")
        let normal = self.normal(output)
        if ProcessInfo.processInfo.environment["TPROXY_WRITE_GOLDENS"] == "1" {
            return try normal.write(toFile: path, atomically: true, encoding: .utf8)
        }
        let kept = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        #expect(normal == kept, "\(name)", sourceLocation: sourceLocation)
    }

    private func normal(_ output: String) -> String {
        var text = output.replacing("\r\n", with: "\n").replacing(/\u{1B}\[(\d+)m/) { "<\($0.output.1)>" }
        // What a person is told who waits for long.
        text = text.replacing(/(<2>)?looking at the cluster.*\n/, with: "")
        for (old, new) in self.replacements { text = text.replacing(old, with: new) }
        text = text.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "TIME")
        // An age is as wide as it is, and so is its column.
        text = text.replacing(/\b(\d+[smhd])+ *(?=\s|$)/.anchorsMatchLineEndings()) { match in
            match.output.0.hasSuffix(" ") ? "AGE  " : "AGE"
        }
        return text.replacing(/(AGE|SINCE) +(?=[A-Z])/) { "\($0.output.1)  " }
    }
}

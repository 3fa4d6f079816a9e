import ObjectModel
import Testing

/// What `kubectl tproxy check -o json` says.
struct CheckAnswer {
    let status: ExitStatus
    private let object: ObjectValue
    private let errorOutput: String

    init(_ result: ProcessResult) throws {
        self.status = result.status
        self.errorOutput = result.errorOutput
        guard !result.output.isEmpty else { throw ProcessFailure(program: "kubectl tproxy check", result: result) }
        self.object = try JSONReader.document(result.output).value
    }

    var isWell: Bool { self.object["well"] == .bool(true) }

    /// How one of the checks came out: good, bad or unknown.
    func state(_ title: String) -> String? { self.check(title)?["state"]?.stringValue }

    /// What one of the checks says of itself.
    func summary(_ title: String) -> String? { self.check(title)?["summary"]?.stringValue }

    /// What is wrong, as `CODE sentence`.
    func findings(_ title: String? = nil) -> [String] {
        (self.object["checks"]?.arrayValue ?? []).filter { title == nil || $0["title"]?.stringValue == title }
            .flatMap { $0["findings"]?.arrayValue ?? [] }
            .map { "\($0["code"]?.stringValue ?? "") \($0["sentence"]?.stringValue ?? "")" }
    }

    /// What couldn't be looked at, as `CODE sentence`.
    var gaps: [String] {
        (self.object["checks"]?.arrayValue ?? []).flatMap { $0["notLookedAt"]?.arrayValue ?? [] }
            .map { "\($0["code"]?.stringValue ?? "") \($0["sentence"]?.stringValue ?? "")" }
    }

    /// Whether one thing that is wrong has this code and these words.
    func finds(_ code: String, _ words: String) -> Bool {
        self.findings().contains { $0.hasPrefix("\(code) ") && $0.contains(words) }
    }

    private func check(_ title: String) -> ObjectValue? {
        self.object["checks"]?.arrayValue?.first { $0["title"]?.stringValue == title }
    }
}

extension PluginSite {
    /// Runs `kubectl tproxy check`.
    func check(_ arguments: [String]) async throws -> CheckAnswer {
        try CheckAnswer(await self.tproxy(["check", "-o", "json"] + arguments))
    }

    /// Checks until something is found.
    func checkFinds(_ code: String, _ words: String, _ arguments: [String]) async throws {
        var last: [String] = []
        do {
            try await eventually("\(code) to be found", within: .seconds(60)) { () -> Void? in
                let answer = try await self.check(arguments)
                last = answer.findings()
                return answer.finds(code, words) ? () : nil
            }
        } catch {
            Issue.record("\(code) \(words) isn't among \(last)")
            throw error
        }
    }
}

import ObjectModel

/// Something that is wrong, as a person reads it: the code, what it is, what to do, and where more is said.
struct ProblemLines {
    private let problem: DestinationProblems.Problem
    private let cluster: KubectlOptions?

    /// - Parameter cluster: Where the command is to be run.
    init(_ problem: DestinationProblems.Problem, cluster: KubectlOptions? = nil) {
        self.problem = problem
        self.cluster = cluster
    }

    /// - Parameter width: How much room there is; `nil` for as much as it takes.
    func lines(width: Int?) -> [StyledText] {
        let command = problem.remedy.map { [StyledText("    " + (cluster?.command($0.text) ?? $0.text))] }
        return Self.head(problem.code, problem.title, width: width)
            + problem.sentences.flatMap { Wrapping.lines($0, width: width, indent: 4) }
            // As it is, so that it can be copied.
            + (command ?? [])
            + Wrapping.lines("see \(problem.page)", width: nil, indent: 4)
    }

    /// A code with what it stands for.
    static func head(_ code: String, _ title: String, width: Int?) -> [StyledText] {
        let lines = Wrapping.text("\(code) \(title)", width: width, indent: 2)
        let first =
            StyledText("  \(code)", .bad) + StyledText(String((lines.first ?? "").dropFirst(2 + code.count)), .strong)
        return [first] + lines.dropFirst().map { StyledText("  " + $0, .strong) }
    }
}

extension DestinationProblems.Problem {
    /// One that a section of docs/problems.md is about.
    init(_ code: ProblemCode, _ sentences: [String]) {
        self.init(code: code.text, title: code.title, sentences: sentences, page: code.page)
    }

    /// For programs.
    var object: ObjectValue {
        var members: [String: ObjectValue] = [
            "code": .string(code), "title": .string(title), "page": .string(page),
            "advice": .string(sentences.joined(separator: " ")),
        ]
        members["mend"] = (remedy?.text).map(ObjectValue.string)
        return .object(members)
    }
}

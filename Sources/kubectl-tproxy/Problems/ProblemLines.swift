import ObjectModel

/// Something that is wrong, as a person reads it: the code, what it is, what to do, and where more is said.
struct ProblemLines {
    private let problem: DestinationProblems.Problem

    init(_ problem: DestinationProblems.Problem) {
        self.problem = problem
    }

    /// - Parameter width: How much room there is; `nil` for as much as it takes.
    func lines(width: Int?) -> [StyledText] {
        [StyledText("  \(problem.code) ", .bad) + StyledText(problem.title, .strong)]
            + problem.sentences.flatMap { Wrapping.lines($0, width: width, indent: 4) }
            + Wrapping.lines("see \(problem.page)", width: nil, indent: 4)
    }
}

extension DestinationProblems.Problem {
    /// One that a section of docs/problems.md is about.
    init(_ code: ProblemCode, _ sentences: [String]) {
        self.init(code: code.text, title: code.title, sentences: sentences, page: code.page)
    }

    /// For programs.
    var object: ObjectValue {
        .object([
            "code": .string(code), "title": .string(title), "page": .string(page),
            "advice": .string(sentences.joined(separator: " ")),
        ])
    }
}

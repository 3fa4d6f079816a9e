extension SourceText {
    /// What a failure of libyaml's means to the person who wrote the text.
    func error(for failure: EventStream.Failure) -> YAMLError {
        if failure.isEncoding {
            return error(
                .encoding,
                "this character is not valid here: the text must be UTF-8 without control characters",
                at: position(ofOffset: failure.offset)
            )
        }
        if let tab = tabIndentation(inLine: failure.position.line) {
            return error(.tab, "the line is indented with a tab; YAML takes spaces only", at: tab)
        }
        for (problem, message) in Self.explanations where failure.problem.contains(problem) {
            return error(.syntax, message, at: failure.position)
        }
        if failure.problem.contains("could not find expected ':'") {
            let message =
                "a key needs a ':' and a space behind it; is this part of the line above, or is a quote missing?"
            return error(.syntax, message, at: failure.contextPosition)
        }
        // A quote or bracket that is never closed: the place where it was opened says more than the end of the text.
        if failure.problem.contains("unexpected end of stream") {
            return error(.syntax, "what begins here is never closed", at: failure.contextPosition)
        }
        return error(.syntax, failure.problem, at: failure.position)
    }

    /// libyaml's words for what people get wrong most often, and ours.
    private static let explanations = [
        (
            "mapping values are not allowed in this context",
            "a ':' stands where no key can be; indent the line like its neighbours, or quote a text that holds ': '"
        ),
        (
            "did not find expected key",
            "expected a key; is the line indented like its neighbours, and are texts with special characters quoted?"
        ),
        (
            "did not find expected '-' indicator",
            "expected '-' for the next item of the list; is the line indented like its neighbours?"
        ),
        (
            "block sequence entries are not allowed in this context",
            "no list can begin here: put '-' on a line of its own below the key, or quote a text that begins with '- '"
        ),
        ("did not find expected ',' or ']'", "expected ',' or ']' in the list"),
        ("did not find expected ',' or '}'", "expected ',' or '}' in the mapping"),
        (
            "found character that cannot start any token",
            "no value can begin with this character; put the value in quotes"
        ),
        ("found unknown escape character", "no such escape; a backslash itself is written \\\\, or use single quotes"),
        ("did not find expected <document start>", "expected the end of the text or '---' for the next document"),
    ]
}

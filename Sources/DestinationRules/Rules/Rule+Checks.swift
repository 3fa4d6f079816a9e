import ObjectModel

extension Rule {
    /// A text that has to be there, in an object that is.
    static func required(_ path: FieldPath, _ mend: String, _ subject: Subject) -> [Fault] {
        guard !subject.has(path) || subject.object[path] == .string("") else { return [] }
        return [Fault(path, .required("must not be empty"), mend: mend)]
    }

    /// A text that must have no more than some characters, counted as the API server counts them.
    static func tooLong(_ path: FieldPath, maximum: Int, _ mend: String, _ subject: Subject) -> [Fault] {
        guard let text = subject.text(path), text.unicodeScalars.count > maximum else { return [] }
        return [Fault(path, .tooLong(maximum: maximum), mend: mend)]
    }

    /// A text that must be one of a few.
    static func choice(_ path: FieldPath, _ supported: [String], _ subject: Subject) -> [Fault] {
        guard case .string(let text) = subject.object[path], !supported.contains(text) else { return [] }
        let mend =
            Spelling.nearest(to: text, in: supported).map { "did you mean \($0)?" }
            ?? "write one of those, or leave it out"
        return [Fault(path, .unsupported(.string(text), supported: supported), mend: mend)]
    }
}

internal import ObjectModel
internal import YAML

extension SourcePosition {
    /// Where a text begins.
    static let start = SourcePosition(line: 1, column: 1)
}

extension FieldPath {
    /// A path of names with dots between, none of which is of a list.
    init(dotted text: String) {
        self.init(text.split(separator: ".").map { .name(String($0)) })
    }
}

extension KeyCheck {
    /// The value of a key, where it is there and right.
    func value(_ path: String) -> ObjectValue? {
        values[FieldPath(dotted: path)]
    }

    /// The text of a key, where it is there and right.
    subscript(path: String) -> String? {
        value(path)?.stringValue
    }

    func text(_ path: FieldPath) -> String? {
        values[path]?.stringValue
    }

    func integer(_ path: String) -> Int? {
        guard case .integer(let number) = value(path) else { return nil }
        return number
    }

    func seconds(_ path: String) -> Duration? {
        integer(path).map { .seconds($0) }
    }

    /// A place in a Secret; `nil` where the Secret has no name.
    func secret(at path: FieldPath, key: String) -> SecretReference? {
        guard let name = text(path.member("secretName")) else { return nil }
        return SecretReference(
            name: name,
            key: text(path.member(key)),
            namespace: text(path.member("secretNamespace"))
        )
    }

    /// Whether any key below a path has a value.
    func hasValue(below path: FieldPath) -> Bool {
        values.keys.contains { $0.elements.starts(with: path.elements) }
    }

    /// Whether something has been said about a path already, so that nothing more needs to be.
    func hasProblem(below path: FieldPath) -> Bool {
        problems.contains { $0.message.hasPrefix(path.description) }
    }
}

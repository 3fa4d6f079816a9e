internal import FoundationEssentials
internal import ObjectModel
internal import YAML

/// A kubeconfig file as far as a server of ours needs it: lookups that know where in the file they are.
struct Kubeconfig {
    let path: String
    private let document: ObjectDocument

    /// - Throws: `unreadable` or `malformed`.
    init(path: String) throws(ClusterAccessError) {
        try self.init(path: path, text: SmallFile.read(path))
    }

    /// - Throws: `malformed`.
    init(path: String, text: [UInt8]) throws(ClusterAccessError) {
        self.path = path
        let nodes: [YAMLNode]
        do {
            nodes = try YAML.documents(in: text, file: path)
        } catch {
            throw ClusterAccessError(.malformed, error.message, file: path, at: error.position)
        }
        guard let node = nodes.first else { throw ClusterAccessError(.malformed, "the file is empty", file: path) }
        document = ObjectDocument(node)
        guard nodes.count == 1, case .object = document.value else {
            throw error(.malformed, "a kubeconfig is one mapping", at: .root)
        }
    }

    /// The path of the entry of that name in `clusters`, `users` or `contexts`, and on to what it says.
    ///
    /// - Throws: `missing` when there is none, pointing at who refers to it; `malformed`.
    func entry(
        _ list: String,
        _ member: String,
        named name: String,
        referredToAt place: FieldPath
    ) throws(ClusterAccessError) -> FieldPath {
        let entries: [ObjectValue]
        switch document.value[list] {
        case nil, .null?: entries = []
        case .array(let items)?: entries = items
        case _?: throw error(.malformed, "\(list) must be a list", at: FieldPath(list))
        }
        // As kubectl does it, the first of several of that name counts.
        guard let index = entries.firstIndex(where: { $0["name"] == .string(name) }) else {
            throw error(.missing, "there is no \(member) named \(Quoted(name)) in \(list)", at: place)
        }
        let path = FieldPath(list).item(index).member(member)
        switch document.value[path] {
        case nil, .null?, .object?: return path
        case _?: throw error(.malformed, "\(member) must be a mapping", at: path)
        }
    }

    /// A text; `nil` where it is absent or empty.
    ///
    /// - Throws: `malformed` where it is anything else.
    func text(_ path: FieldPath) throws(ClusterAccessError) -> String? {
        switch document.value[path] {
        case nil, .null?: return nil
        case .string(let text)?: return text.isEmpty ? nil : text
        case let other?: throw error(.malformed, "\(path) must be a string, not \(other.kindName)", at: path)
        }
    }

    /// - Throws: `malformed` where it is neither absent nor a boolean.
    func flag(_ path: FieldPath) throws(ClusterAccessError) -> Bool {
        switch document.value[path] {
        case nil, .null?: return false
        case .bool(let flag)?: return flag
        case let other?: throw error(.malformed, "\(path) must be true or false, not \(other.kindName)", at: path)
        }
    }

    /// Whether something stands there.
    func has(_ path: FieldPath) -> Bool {
        switch document.value[path] {
        case nil, .null?: false
        case _?: true
        }
    }

    /// The path of a file that a field names: relative ones start from the kubeconfig's folder, wherever we were started.
    func file(_ field: FieldPath) throws(ClusterAccessError) -> String? {
        guard let name = try text(field) else { return nil }
        guard !name.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return name }
        return path[...slash] + name
    }

    /// The octets of a field in base64, as the `-data` fields have them.
    func data(_ path: FieldPath) throws(ClusterAccessError) -> [UInt8]? {
        guard let text = try text(path) else { return nil }
        guard let octets = Data(base64Encoded: text) else { throw error(.malformed, "\(path) is no base64", at: path) }
        return Array(octets)
    }

    func error(_ code: ClusterAccessError.Code, _ message: String, at path: FieldPath) -> ClusterAccessError {
        ClusterAccessError(code, message, file: self.path, at: document.positions.nearest(to: path))
    }
}

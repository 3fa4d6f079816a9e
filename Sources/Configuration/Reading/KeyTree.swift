internal import ObjectModel

/// The keys as a tree, for walking along a file.
indirect enum KeyTree: Sendable {
    /// A key that takes a value.
    case key(ConfigurationKey)
    /// A mapping of these names.
    case mapping([String: KeyTree])
    /// A list of such items.
    case list(KeyTree)

    static let all = ConfigurationKey.all.reduce(KeyTree.mapping([:])) { tree, key in
        tree.adding(key, at: key.path.split(separator: ".")[...])
    }

    private func adding(_ key: ConfigurationKey, at names: ArraySlice<Substring>) -> KeyTree {
        guard let first = names.first else { return .key(key) }
        let isList = first.hasSuffix("[]")
        let name = String(isList ? first.dropLast(2) : first)
        var members: [String: KeyTree] = [:]
        if case .mapping(let known) = self { members = known }
        if isList {
            var item = KeyTree.mapping([:])
            if case .list(let known) = members[name] { item = known }
            members[name] = .list(item.adding(key, at: names.dropFirst()))
        } else {
            members[name] = (members[name] ?? .mapping([:])).adding(key, at: names.dropFirst())
        }
        return .mapping(members)
    }

    /// The paths of the mappings in which a name is known, for telling somebody where it belongs.
    static func parents(of name: String) -> [String] {
        let parents = ConfigurationKey.all.flatMap { key in
            let names = key.path.split(separator: ".")
            return names.indices.filter { names[$0] == name || names[$0] == "\(name)[]" }
                .map { names[..<$0].joined(separator: ".") }
        }
        return Array(Set(parents)).sorted()
    }
}

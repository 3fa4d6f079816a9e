import ObjectModel

extension ObjectValue {
    /// The object with a member changed, at whatever depth; `nil` removes it. Objects on the way are made where there
    /// are none.
    func setting(_ path: some Collection<String>, to value: ObjectValue?) -> ObjectValue {
        guard let name = path.first else { return value ?? .null }
        var members = objectValue ?? [:]
        if path.count == 1 {
            members[name] = value
        } else {
            members[name] = (members[name] ?? .object([:])).setting(path.dropFirst(), to: value)
        }
        return .object(members)
    }
}

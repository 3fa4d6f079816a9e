internal import ObjectModel

extension ObjectValue {
    /// Whether all that `wanted` says is so: members that it doesn't name may be there besides, items of lists may not.
    func holds(_ wanted: ObjectValue) -> Bool {
        switch (self, wanted) {
        case (.object(let members), .object(let wantedMembers)):
            wantedMembers.allSatisfy { name, value in members[name]?.holds(value) ?? false }
        case (.array(let items), .array(let wantedItems)):
            items.count == wantedItems.count && zip(items, wantedItems).allSatisfy { $0.holds($1) }
        default:
            self == wanted
        }
    }

    /// Whether this is as good as nothing, as the API server leaves out what is empty.
    var isVoid: Bool {
        switch self {
        case .null, .string(""): true
        case .array(let items): items.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .integer, .double, .string: false
        }
    }
}

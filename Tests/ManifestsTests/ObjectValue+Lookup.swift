import ObjectModel

extension ObjectValue {
    /// A member, of nothing where there is none: so that tests can look deep into what may not be there.
    subscript(path names: String...) -> ObjectValue? {
        names.reduce(self) { value, name in value?[name] }
    }

    /// The items of an array that is a member.
    func items(_ names: String...) -> [ObjectValue] {
        (names.reduce(self) { value, name in value?[name] } as ObjectValue?)?.arrayValue ?? []
    }

    /// The item of an array that has a name.
    func item(_ list: String, named name: String) -> ObjectValue? {
        items(list).first { $0["name"] == .string(name) }
    }

    /// The texts of an array that is a member.
    func texts(_ names: String...) -> [String] {
        (names.reduce(self) { value, name in value?[name] } as ObjectValue?)?.arrayValue?.compactMap(\.stringValue)
            ?? []
    }

    /// The number.
    var integerValue: Int? {
        if case .integer(let integer) = self { integer } else { nil }
    }
}

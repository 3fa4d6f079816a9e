/// The way to a field inside an object, printed as Kubernetes' API machinery prints it.
public struct FieldPath: Hashable, Sendable {
    /// One step of the way.
    public enum Element: Hashable, Sendable {
        /// A member of an object.
        case name(String)
        /// An item of an array, from 0.
        case index(Int)
    }

    /// The steps from the root; none for the root itself.
    public let elements: [Element]

    /// Creates a path from its steps.
    public init(_ elements: [Element]) {
        self.elements = elements
    }

    /// Creates a path of member names.
    public init(_ names: String...) {
        elements = names.map(Element.name)
    }

    /// The path of the object itself.
    public static let root = FieldPath([])

    /// The path of a member of what this leads to.
    public func member(_ name: String) -> FieldPath {
        FieldPath(elements + [.name(name)])
    }

    /// The path of an item of the array that this leads to.
    public func item(_ index: Int) -> FieldPath {
        FieldPath(elements + [.index(index)])
    }

    /// The path without its last step; `nil` for the root.
    public var parent: FieldPath? {
        elements.isEmpty ? nil : FieldPath(Array(elements.dropLast()))
    }
}

extension FieldPath: CustomStringConvertible {
    /// `spec.service.port`, `metadata.annotations[example.com/key]`, `spec.tenants[0]`.
    public var description: String {
        var text = ""
        var parentIsMap = false
        for element in elements {
            switch element {
            case .index(let index):
                text += "[\(index)]"
                parentIsMap = false
            case .name(let name):
                // The names may come from anyone; the longest that Kubernetes knows, a prefixed key, has 317 characters.
                let shown = Quoted.escaped(name, limit: 320)
                if parentIsMap || !name.utf8.allSatisfy(Self.isPlain) {
                    text += "[\(shown)]"
                } else {
                    text += text.isEmpty ? shown : ".\(shown)"
                }
                parentIsMap = name == "annotations" || name == "labels"
            }
        }
        return text
    }

    /// Whether a character can stand in a field name; others are keys of a map and get brackets.
    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}

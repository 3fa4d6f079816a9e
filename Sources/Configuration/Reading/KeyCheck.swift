internal import NameResolution
internal import ObjectModel
internal import YAML

/// Compares a file with the table of keys, collects what is wrong, and keeps the values that are right.
struct KeyCheck {
    private let document: ObjectDocument
    private let file: String
    private(set) var problems: [ConfigurationProblem] = []
    /// The values of keys, checked.
    private(set) var values: [FieldPath: ObjectValue] = [:]
    /// How many items each list has, by its path.
    private(set) var counts: [FieldPath: Int] = [:]

    init(_ document: ObjectDocument, file: String) {
        self.document = document
        self.file = file
        walk(document.value, .all, at: .root)
    }

    /// Notes a problem at a place.
    mutating func report(_ code: ConfigurationProblem.Code, at path: FieldPath, isKey: Bool = false, _ message: String)
    {
        let position = (isKey ? document.positions.key(at: path) : nil) ?? document.positions.nearest(to: path)
        report(code, at: position, path == .root ? message : "\(path): \(message)")
    }

    /// Notes a problem that no path leads to.
    mutating func report(_ code: ConfigurationProblem.Code, at position: SourcePosition?, _ message: String) {
        problems.append(ConfigurationProblem(code: code, file: file, position: position, message: message))
    }

    private mutating func walk(_ value: ObjectValue, _ tree: KeyTree, at path: FieldPath) {
        // As in Helm's values, null is as good as absent.
        if value == .null { return }
        switch tree {
        case .key(let key):
            check(value, key.kind, at: path)
        case .mapping(let known):
            guard let members = value.objectValue else {
                return report(.wrongValue, at: path, "must be a mapping: put its keys below it, indented further")
            }
            for (name, member) in members {
                if let tree = known[name] {
                    walk(member, tree, at: path.member(name))
                } else {
                    reportUnknown(name, beside: known, at: path)
                }
            }
        case .list(let item):
            guard let items = value.arrayValue else {
                return report(.wrongValue, at: path, "must be a list: begin each item with a hyphen")
            }
            guard items.count <= Self.maximumItems else {
                return report(.wrongValue, at: path, "must have no more than \(Self.maximumItems) items")
            }
            counts[path] = items.count
            for (index, value) in items.enumerated() { walk(value, item, at: path.item(index)) }
        }
    }

    /// More sources of destinations than this, nobody has.
    private static let maximumItems = 1000

    private mutating func reportUnknown(_ name: String, beside known: [String: KeyTree], at path: FieldPath) {
        // What is pasted into the wrong place may be a secret: only what looks like a key is repeated.
        guard name.utf8.count <= 40, name.utf8.allSatisfy(Self.isPlain) else {
            let message = "there is no such key here; known are \(known.keys.sorted().joined(separator: ", "))"
            let place = path == .root ? "" : "\(path): "
            return report(.unknownKey, at: document.positions.key(at: path.member(name)), place + message)
        }
        let mend: String
        let parents = KeyTree.parents(of: name)
        if let meant = Spelling.nearest(to: name, in: known.keys) {
            mend = "did you mean \(meant)?"
        } else if parents.count == 1, let parent = parents.first {
            mend = parent.isEmpty ? "it belongs at the top, not indented" : "it belongs below \(parent)"
        } else {
            mend = "known here are \(known.keys.sorted().joined(separator: ", "))"
        }
        report(.unknownKey, at: path.member(name), isKey: true, "there is no such key; \(mend)")
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default:
            false
        }
    }

    private mutating func check(_ value: ObjectValue, _ kind: ConfigurationKey.Kind, at path: FieldPath) {
        if let fault = Self.fault(value, kind) {
            report(.wrongValue, at: path, fault)
        } else {
            values[path] = value
        }
    }

    /// What is wrong with a value, or `nil`.
    private static func fault(_ value: ObjectValue, _ kind: ConfigurationKey.Kind) -> String? {
        let demand = "must be \(kind.demand)"
        switch (kind, value) {
        case (.ignored, _), (.boolean, .bool):
            return nil
        case (.choice(let words), .string(let text)):
            if words.contains(text) { return nil }
            return demand + (Spelling.nearest(to: text, in: words).map { "; did you mean \($0)?" } ?? "")
        case (.integer(let bounds), .integer(let number)):
            return bounds.contains(number) ? nil : demand
        case (.integer(let bounds), .string(let text)):
            return Int(text).map(bounds.contains) == true ? "\(demand), without quotes" : demand
        case (.boolean, .string(let text)):
            return ["true", "false"].contains(text) ? "\(demand), without quotes" : demand
        case (.name, .string(let text)):
            return isName(text) ? nil : demand
        case (.folder, .string(let text)):
            let isPath = (1...4096).contains(text.utf8.count) && !text.unicodeScalars.contains { $0.value < 0x20 }
            return isPath ? nil : demand
        case (.ports, .string(let text)):
            return PortRange.read(text) == nil
                ? "must be two ports from 1024 to 65535, the lower one first, such as 20000-29999" : nil
        case (.addresses, .string(let text)):
            return AddressRange(text) == nil ? demand : nil
        case (.name, .integer), (.name, .double), (.name, .bool):
            return "\(demand); put it in quotes"
        case (.choice, _), (.boolean, _), (.integer, _), (.name, _), (.folder, _), (.ports, _),
            (.addresses, _):
            return demand
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0.value >= 0x20 && $0.value != 0x7F }
    }
}

/// The form of `relay.portRange`.
enum PortRange {
    static func read(_ text: String) -> ClosedRange<Int>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count <= 5 }), let first = Int(parts[0]),
            let last = Int(parts[1]), first <= last, first >= 1024, last <= 65_535
        else { return nil }
        return first...last
    }
}

internal import DestinationModel
import ObjectModel

/// What the annotation with the tenants holds.
enum TenantList: Hashable, Sendable {
    /// There is no annotation.
    case absent
    /// The annotation is no text, which only files can have.
    case wrongType(ObjectValue)
    /// Its text is no JSON.
    case noJSON(String, JSONError)
    /// Its text is JSON, but no array.
    case noArray(String, ObjectValue)
    /// Its text is longer than all annotations together may be, and isn't read; the number of its bytes.
    case tooLong(Int)
    /// The items, of whatever type. Not complete: the array has more than ``DestinationLimits/tenants``, and those behind
    /// them aren't read.
    case list([ObjectValue], isComplete: Bool)

    init(annotation: ObjectValue?) {
        switch annotation {
        case nil, .null:
            self = .absent
        case .string(let text):
            let length = text.utf8.count
            guard length <= DestinationLimits.annotations else {
                self = .tooLong(length)
                return
            }
            let limit = DestinationLimits.tenants
            let options = JSONReader.Options(
                maximumLength: DestinationLimits.annotations,
                maximumDepth: 16,
                maximumCount: 2 * limit
            )
            do {
                let (value, isComplete) = try JSONReader.array(text, maximumItems: limit, options: options)
                self = value.arrayValue.map { .list($0, isComplete: isComplete) } ?? .noArray(text, value)
            } catch {
                self = .noJSON(text, error)
            }
        case .bool, .integer, .double, .array, .object:
            self = annotation.map(TenantList.wrongType) ?? .absent
        }
    }

    /// The items that are texts, each once, in order.
    var names: [String] {
        guard case .list(let items, _) = self else { return [] }
        var seen: Set<String> = []
        return items.compactMap(\.stringValue).filter { seen.insert($0).inserted }
    }

    /// The annotation that was probably meant by a text such as `a,b` or `['a', 'b']`; `nil` where it is no list of
    /// names at all.
    static func mended(_ text: String) -> String? {
        // No list of 50 names is longer.
        guard text.utf8.count <= 50 * 2 * DNSLabel.maximumLength else { return nil }
        let brackets: Set<Character> = ["[", "]", "(", ")", "{", "}"]
        let quotes: Set<Character> = ["'", "\"", "`", "“", "”", "‘", "’"]
        // Brackets part names, so that `["a"]["b"]` doesn't become one tenant.
        let names = text.filter { !quotes.contains($0) }
            .split { $0 == "," || $0 == ";" || $0.isWhitespace || brackets.contains($0) }
            .map(String.init)
        let isName: (String) -> Bool = { name in
            name.utf8.count <= DNSLabel.maximumLength
                && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        }
        // A longer list would bury the message.
        guard (1...50).contains(names.count), names.allSatisfy(isName) else { return nil }
        return annotation(names)
    }

    /// The annotation's line in YAML for a list of names that need no escapes.
    static func annotation(_ names: [String]) -> String {
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        return "\(DestinationResource.tenantsAnnotation): '[\(list)]'"
    }
}

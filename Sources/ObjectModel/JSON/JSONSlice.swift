/// A part of a text of JSON: finds where the values in it stand and keeps nothing of what it passes over, for texts that are
/// too large to be read at once, or of which one part can't be read.
///
/// It tells brackets, texts and commas apart and nothing else; what it finds is read, and so checked, by ``JSONReader``.
/// Nesting takes no stack.
public struct JSONSlice: Sendable {
    /// The part's text.
    public let octets: ArraySlice<UInt8>

    /// A whole text.
    public init(_ octets: [UInt8]) {
        self.octets = octets[...]
    }

    private init(_ octets: ArraySlice<UInt8>) {
        self.octets = octets
    }

    /// The first of an object's members of each of these names, as far as there are any; `nil` where this is no object from
    /// end to end. Names that are written with escapes aren't found.
    public func members(_ names: [String]) -> [String: JSONSlice]? {
        var found: [String: JSONSlice] = [:]
        var cursor = Cursor(octets)
        let isWhole = cursor.parts("{", "}") { cursor in
            guard let key = cursor.text(), cursor.take(":"), let value = cursor.value() else { return false }
            for name in names where found[name] == nil && octets[key].elementsEqual(name.utf8) {
                found[name] = JSONSlice(octets[value])
            }
            return true
        }
        return isWhole ? found : nil
    }

    /// An array's items; `nil` where this is no array from end to end, or has more than so many.
    public func items(atMost limit: Int = .max) -> [JSONSlice]? {
        var found: [JSONSlice] = []
        var cursor = Cursor(octets)
        let isWhole = cursor.parts("[", "]") { cursor in
            guard found.count < limit, let value = cursor.value() else { return false }
            found.append(JSONSlice(octets[value]))
            return true
        }
        return isWhole ? found : nil
    }
}

/// Where a scan stands.
private struct Cursor {
    private let octets: ArraySlice<UInt8>
    private var offset: Int

    init(_ octets: ArraySlice<UInt8>) {
        self.octets = octets
        offset = octets.startIndex
    }

    /// Passes over an object or array and calls `part` for each thing in it, with the cursor in front of it; answers whether
    /// it came to the end, and the text with it.
    mutating func parts(_ opening: Unicode.Scalar, _ closing: Unicode.Scalar, _ part: (inout Cursor) -> Bool) -> Bool {
        guard take(opening) else { return false }
        if !take(closing) {
            repeat {
                guard part(&self) else { return false }
            } while take(",")
            guard take(closing) else { return false }
        }
        skipSpace()
        return offset == octets.endIndex
    }

    /// Passes over a text; answers where it stands, without its quotes.
    mutating func text() -> Range<Int>? {
        guard take("\"") else { return nil }
        let start = offset
        while offset < octets.endIndex {
            switch octets[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return start..<offset - 1
            case UInt8(ascii: "\\"): offset += 2
            default: offset += 1
            }
        }
        return nil
    }

    /// Passes over a value; answers where it stands.
    mutating func value() -> Range<Int>? {
        skipSpace()
        let start = offset
        var depth = 0
        while offset < octets.endIndex {
            switch octets[offset] {
            case UInt8(ascii: "\""):
                guard text() != nil else { return nil }
                if depth == 0 { return start..<offset }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                offset += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // At the top it closes what this value stands in.
                guard depth > 0 else { return nonempty(start) }
                depth -= 1
                offset += 1
                if depth == 0 { return start..<offset }
            case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D:
                guard depth > 0 else { return nonempty(start) }
                offset += 1
            default:
                offset += 1
            }
        }
        return depth == 0 ? nonempty(start) : nil
    }

    private func nonempty(_ start: Int) -> Range<Int>? {
        start < offset ? start..<offset : nil
    }

    /// Passes over space and, if it comes next, a character.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard offset < octets.endIndex, octets[offset] == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while offset < octets.endIndex {
            switch octets[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }
}

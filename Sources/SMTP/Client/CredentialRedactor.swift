/// Blanks out what a mail server repeats of a session's credentials: replies go to logs and applications.
///
/// Finds the secret as it is, in Base64 at each of the three alignments, and in hexadecimal; and the SASL responses in
/// Base64; all of them in upper and lower case and in the alphabet of RFC 4648 §5 too. Only whole secrets are blanked
/// out: blanking parts would tell an application, which chooses addresses that a server repeats, byte by byte which of
/// its guesses are right.
///
/// Keeps fingerprints of the secrets only, and looks at each byte of a line once for each of them. Most lines are excluded
/// before that, by a few samples. An accidental match blanks out other text, which does no harm.
package struct CredentialRedactor: Sendable {
    /// Shorter secrets aren't looked for: they would blank out ordinary words.
    static let minSecretLength = 4
    /// Shorter secrets aren't looked for once applications use the session, which could find them by having guesses
    /// repeated.
    static let minSecretLengthInSession = 8
    /// Shorter encodings are left out, as words and queue numbers look like them.
    private static let minEncodedLength = 6
    private static let replacement = Array("<redacted>".utf8)
    /// FNV's prime; odd, so that no bit of a byte is lost.
    private static let base: UInt64 = 0x100_0000_01B3

    /// A text to look for: a polynomial of its bytes, wrapped at 64 bits.
    private struct Fingerprint: Sendable {
        let length: Int
        let value: UInt64
        /// What a byte has become when it leaves the window.
        let weightOfFirst: UInt64
        /// Characters around it that hold bits of the secret as well.
        let before: Int
        let after: Int

        init(_ text: some Collection<UInt8>, before: Int = 0, after: Int = 0) {
            var value: UInt64 = 0
            var weight: UInt64 = 1
            for (index, byte) in text.enumerated() {
                value = value &* CredentialRedactor.base &+ UInt64(CredentialRedactor.folded(byte))
                if index > 0 { weight = weight &* CredentialRedactor.base }
            }
            self.length = text.count
            self.value = value
            self.weightOfFirst = weight
            self.before = before
            self.after = after
        }
    }

    private var fingerprints: [Fingerprint] = []
    private var filter = TrigramFilter()

    /// Bytes looked at so far, each as often as it was.
    package private(set) var steps = 0

    /// - Parameter responses: the SASL responses, Base64 not yet applied.
    package init(secret: [UInt8], responses: [[UInt8]]) {
        for response in responses {
            let encoded = Base64.encode(response).utf8
            if encoded.count >= Self.minEncodedLength { append(encoded) }
        }
        guard secret.count >= Self.minSecretLength else { return }
        append(secret)
        append(secret.flatMap(Self.hexadecimal))
        for alignment in 0..<3 { appendBase64(of: secret, alignment: alignment) }
    }

    /// The Base64 characters that hold nothing but bits of the secret, where so many bytes stand in front of it.
    private mutating func appendBase64(of secret: [UInt8], alignment: Int) {
        let bits = 8 * (alignment + secret.count)
        let first = (8 * alignment + 5) / 6
        let characters = Base64.encode(Array(repeating: 0, count: alignment) + secret).utf8
        let whole = characters.prefix(bits / 6).dropFirst(first)
        guard whole.count >= Self.minEncodedLength else { return }
        append(whole, before: alignment == 0 ? 0 : 1, after: bits % 6 == 0 ? 0 : 1)
    }

    private mutating func append(_ text: some Collection<UInt8>, before: Int = 0, after: Int = 0) {
        fingerprints.append(Fingerprint(text, before: before, after: after))
        filter.insert(text.map(Self.folded))
    }

    /// The reply without the credentials.
    package mutating func redact(_ reply: Reply) -> Reply {
        var redacted: Reply?
        for (index, line) in reply.lines.enumerated() {
            guard mayContain(line), let marks = marks(in: line) else { continue }
            redacted = redacted ?? reply
            redacted?.lines[index] = Self.replacing(marks, in: line)
        }
        return redacted ?? reply
    }

    /// Whether a line can contain one of the texts.
    private mutating func mayContain(_ line: [UInt8]) -> Bool {
        guard line.count >= filter.minLength else { return false }
        // Every text that is in the line covers one of the samples.
        let stride = filter.minLength - 2
        var start = stride - 1
        while start + 2 < line.count {
            steps += 3
            if filter.contains(Self.folded(line[start]), Self.folded(line[start + 1]), Self.folded(line[start + 2])) {
                return true
            }
            start += stride
        }
        return false
    }

    /// Which bytes of a line are to go; nil for none.
    private mutating func marks(in line: [UInt8]) -> [Bool]? {
        var marks: [Bool]?
        let folded = line.map(Self.folded)
        for fingerprint in fingerprints where fingerprint.length <= line.count {
            var value: UInt64 = 0
            var marked = 0
            for end in line.indices {
                if end >= fingerprint.length {
                    value = value &- UInt64(folded[end - fingerprint.length]) &* fingerprint.weightOfFirst
                }
                value = value &* Self.base &+ UInt64(folded[end])
                guard value == fingerprint.value, end + 1 >= fingerprint.length else { continue }
                let stop = min(line.count, end + 1 + fingerprint.after)
                let start = max(marked, end + 1 - fingerprint.length - fingerprint.before)
                for index in start..<stop { marks.insertMark(at: index, of: line.count) }
                steps += stop - start
                marked = stop
            }
            steps += line.count
        }
        return marks
    }

    private static func replacing(_ marks: [Bool], in line: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        for (index, isMarked) in marks.enumerated() {
            if !isMarked {
                text.append(line[index])
            } else if index == 0 || !marks[index - 1] {
                text += replacement
            }
        }
        return text
    }

    /// One byte for upper and lower case, and for both alphabets of Base64.
    private static func folded(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "-"): UInt8(ascii: "+")
        case UInt8(ascii: "_"): UInt8(ascii: "/")
        default: byte
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return [digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
    }
}

/// The sequences of three bytes of a few texts, as bits that their hashes select.
private struct TrigramFilter: Sendable {
    private static let bitCount = 1 << 14

    private var words: [UInt64] = []
    /// The length of the shortest text: a shorter line contains none.
    private(set) var minLength = Int.max

    mutating func insert(_ text: [UInt8]) {
        if words.isEmpty { words = Array(repeating: 0, count: Self.bitCount / 64) }
        minLength = min(minLength, text.count)
        for start in 0..<max(0, text.count - 2) {
            let bit = Self.bit(text[start], text[start + 1], text[start + 2])
            words[bit / 64] |= 1 << UInt64(bit % 64)
        }
    }

    func contains(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
        let bit = Self.bit(first, second, third)
        return words[bit / 64] & 1 << UInt64(bit % 64) != 0
    }

    private static func bit(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        let bytes = UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)
        // The upper bits of a product by Knuth's constant.
        return Int((bytes &* 2_654_435_761) >> 18)
    }
}

extension [Bool]? {
    fileprivate mutating func insertMark(at index: Int, of count: Int) {
        if self == nil { self = Array(repeating: false, count: count) }
        self?[index] = true
    }
}

extension CredentialRedactor: CustomStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }

    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

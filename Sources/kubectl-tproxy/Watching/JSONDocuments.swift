/// Cuts a stream into the JSON documents that it is made of, one behind the other, as `kubectl get --watch` writes them.
/// What it cuts out is read, and so checked, by whoever reads it. Pure.
struct JSONDocuments: Sendable {
    /// A document is longer than the longest that is read.
    struct TooLong: Error {}

    private let maximumLength: Int
    private var document: [UInt8] = []
    private var depth = 0
    private var isInText = false
    private var isEscaped = false

    init(maximumLength: Int = 16 << 20) {
        self.maximumLength = maximumLength
    }

    /// Takes in what came next, and answers the documents that are complete with it.
    mutating func take(_ octets: some Sequence<UInt8>) throws(TooLong) -> [[UInt8]] {
        var documents: [[UInt8]] = []
        for octet in octets {
            if depth == 0, octet != UInt8(ascii: "{") { continue }
            guard document.count < maximumLength else { throw TooLong() }
            document.append(octet)
            follow(octet)
            guard depth == 0 else { continue }
            documents.append(document)
            document = []
        }
        return documents
    }

    private mutating func follow(_ octet: UInt8) {
        if isEscaped {
            isEscaped = false
            return
        }
        switch octet {
        case UInt8(ascii: "\\"): isEscaped = isInText
        case UInt8(ascii: "\""): isInText.toggle()
        case UInt8(ascii: "{") where !isInText: depth += 1
        case UInt8(ascii: "}") where !isInText: depth -= 1
        default: break
        }
    }
}

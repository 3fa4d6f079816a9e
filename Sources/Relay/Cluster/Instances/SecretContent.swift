import FoundationEssentials
import ObjectModel

/// What a Secret holds. It prints nothing of it.
struct SecretContent: Hashable, Sendable {
    /// The values by their keys, not in base64 any more.
    let values: [String: [UInt8]]

    init(_ values: [String: [UInt8]]) {
        self.values = values
    }

    /// Reads a Secret of the API server. What is no base64 there is left out.
    init(_ secret: ObjectValue) {
        values = (secret["data"]?.objectValue ?? [:]).compactMapValues { value in
            value.stringValue.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
        }
    }
}

extension SecretContent: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "<redacted>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// What is known of a Secret.
enum SecretState: Hashable, Sendable {
    /// Nobody has said anything of it yet.
    case unread
    /// There is none.
    case missing
    /// It can't be read, nor could it ever.
    case unreadable(reason: String)
    /// What it held when it was heard of last.
    case present(SecretContent)
}

/// One key of the configuration file: where it stands, what it takes, and what for. The reader and the documentation are
/// both made of ``all``.
public struct ConfigurationKey: Hashable, Sendable {
    /// What a key takes.
    public enum Kind: Hashable, Sendable {
        /// One of a few words.
        case choice([String])
        case boolean
        /// A whole number within bounds.
        case integer(ClosedRange<Int>)
        /// A name of something, without spaces.
        case name
        /// The path of a folder.
        case folder
        /// Two ports with a hyphen between.
        case ports
        /// A block of IP addresses.
        case addresses
        /// Anything at all: it is for somebody else.
        case ignored
    }

    /// A program that reads the file.
    public enum Program: String, Hashable, Sendable, CaseIterable {
        case admission = "tproxy-admission"
        case manager = "tproxy-manager"
        case relay = "tproxy-relay"
    }

    /// The names on the way to it, with dots between; `[]` stands behind that of a list.
    public let path: String
    /// What it takes.
    public let kind: Kind
    /// What holds without it, as it would be written; `nil` where that is nothing.
    public let standard: String?
    /// What it means: a sentence or two.
    public let meaning: String
    /// Who goes by it.
    public let readers: [Program]

    init(_ path: String, _ kind: Kind, standard: String? = nil, _ meaning: String, readers: [Program]) {
        self.path = path
        self.kind = kind
        self.standard = standard
        self.meaning = meaning
        self.readers = readers
    }
}

extension ConfigurationKey.Kind {
    /// What a value has to be, for messages and documentation.
    public var demand: String {
        switch self {
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .boolean: "true or false"
        case .integer(let bounds): "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        case .name: "a name of at most 253 characters, without spaces"
        case .folder: "the path of a folder"
        case .ports: "two ports, such as 20000-29999"
        case .addresses: "a CIDR block or an IP address, such as 127.0.0.0/8"
        case .ignored: "anything"
        }
    }
}

/// What reads octets of strangers, and what has to hold of it whatever they are.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// What an application sends.
    case server
    /// What a mail server answers.
    case reply
    /// What a mail server says in a session: EHLO, a login and a message.
    case client
    /// Resources and configurations.
    case yaml
    /// MAIL destinations.
    case destination
    /// The headers of TLS records.
    case records

    /// Runs on an input.
    ///
    /// - Throws: ``FuzzFailure``, where something doesn't hold. Crashes where it isn't foreseen at all.
    public func run(_ octets: [UInt8]) throws(FuzzFailure) {
        switch self {
        case .server: try ServerFuzz.run(octets)
        case .reply: try ReplyFuzz.run(octets)
        case .client: try ClientFuzz.run(octets)
        case .yaml: try DocumentFuzz.runYAML(octets)
        case .destination: try DocumentFuzz.runDestination(octets)
        case .records: try RecordFuzz.run(octets)
        }
    }
}

/// Something doesn't hold of an input.
public struct FuzzFailure: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

public import DestinationModel
public import YAML

/// One thing that is wrong with a destination, and where. It shows no secret.
public struct DestinationFinding: Hashable, Sendable, CustomStringConvertible {
    /// The file, where the destination comes from one.
    public let file: String?
    /// Line and column in that file, where the fault has a place.
    public let position: SourcePosition?
    /// What is wrong and what to do.
    public let message: String

    /// A finding at a place in a file, as far as that is known.
    public init(file: String?, position: SourcePosition? = nil, message: String) {
        self.file = file
        self.position = position
        self.message = message
    }

    /// A problem of a destination that was read from a file.
    public init(_ problem: MailDestinationError.Problem, file: String?) {
        self.init(file: file, position: problem.position, message: problem.description)
    }

    /// `file:line:column: message`, the form that editors and terminals make a link of.
    public var description: String {
        let place = [file, position?.description].compactMap(\.self).joined(separator: ":")
        return place.isEmpty ? message : "\(place): \(message)"
    }
}

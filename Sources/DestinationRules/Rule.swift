internal import DestinationModel
import ObjectModel

/// One rule: what it demands, why, and how it is checked. The documentation of the rules is made of ``all``.
public struct Rule: Sendable {
    /// Its stable name.
    public let code: RuleCode
    /// How much its findings matter.
    public let severity: Finding.Severity
    /// Whether what a finding names isn't served although the finding is a warning.
    var blocksAsWarning = false
    /// What it demands, in a few words.
    public let title: String
    /// Why, and what to do; a paragraph for people who look the code up.
    public let explanation: String
    /// Whose answer a person sees who breaks the rule.
    public let checker: Checker
    /// Lines that break it, and the same mended.
    public let example: RuleExample
    let check: @Sendable (Subject) -> [Fault]

    /// All rules that look at one object, by code.
    public static let all: [Rule] = object + spec + instance + service + texts + tenants + names

    func findings(_ subject: Subject) -> [Finding] {
        // Of what is no object at all, nothing more can be said.
        guard subject.object.objectValue != nil || code == .wrongType else { return [] }
        return check(subject).map { fault in
            Finding(
                code: code,
                severity: severity,
                error: fault.error,
                path: fault.path,
                mend: fault.mend,
                blocks: severity == .error || blocksAsWarning ? fault.blocks : .nothing
            )
        }
    }
}

extension Rule {
    /// Who is the first to look at a resource that is sent to the API server. Whoever refuses ends it, so those that
    /// come later are not asked any more.
    public enum Checker: String, Hashable, Sendable, CaseIterable {
        /// The API server by itself, whatever the resource.
        case apiServer
        /// The schema in the CustomResourceDefinition.
        case schema
        /// An expression in the CustomResourceDefinition.
        case expression
        /// The admission server.
        case webhook
    }
}

extension Rule: CustomStringConvertible {
    /// The code and the title.
    public var description: String { "\(code): \(title)" }
}

/// What a rule's check returns: a finding without what all findings of the rule share.
struct Fault {
    let path: FieldPath
    let error: FieldError
    let mend: String
    let blocks: Finding.Blocks

    init(_ path: FieldPath, _ error: FieldError, mend: String, blocks: Finding.Blocks = .resource) {
        self.path = path
        self.error = error
        self.mend = mend
        self.blocks = blocks
    }
}

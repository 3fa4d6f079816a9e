internal import DestinationModel
import ObjectModel

/// One rule: what it demands, why, and how it is checked. The documentation of the rules is made of ``all``.
public struct Rule: Sendable {
    /// Its stable name.
    public let code: RuleCode
    /// How much its findings matter.
    public let severity: Finding.Severity
    /// What it demands, in a few words.
    public let title: String
    /// Why, and what to do; a paragraph for people who look the code up.
    public let explanation: String
    let check: @Sendable (Subject) -> [Fault]

    /// All rules that look at one object, by code.
    public static let all: [Rule] = object + spec + tenants + names

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
                blocks: severity == .error ? fault.blocks : .nothing
            )
        }
    }
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

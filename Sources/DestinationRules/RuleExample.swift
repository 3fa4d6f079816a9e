/// Lines of a Destination that break a rule, and the same mended, for the documentation.
///
/// Examples are short: where the lines say nothing of `apiVersion`, of `metadata` or of `spec`, those are as they
/// should be.
public struct RuleExample: Hashable, Sendable {
    /// YAML that breaks the rule, and no other.
    public let wrong: String
    /// The same mended.
    public let right: String
    /// What else has to be so, as the beginning of a sentence; `nil` where the lines alone break the rule.
    public let setting: String?

    init(_ setting: String? = nil, wrong: String, right: String) {
        self.setting = setting
        self.wrong = wrong
        self.right = right
    }
}

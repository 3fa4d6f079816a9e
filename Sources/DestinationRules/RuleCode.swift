/// The stable name of a rule, for people to look up and scripts to match. A code is never given a new meaning.
///
/// What each stands for is in the table ``Rule/all``, which documents them.
public struct RuleCode: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// `TPX` and three digits.
    public let rawValue: String

    private init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }

    public static func < (left: RuleCode, right: RuleCode) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension RuleCode {
    // The object as such.
    public static let apiVersion = RuleCode("TPX001")
    public static let kind = RuleCode("TPX002")
    public static let resourceName = RuleCode("TPX003")
    public static let placeholder = RuleCode("TPX004")
    public static let wrongType = RuleCode("TPX005")
    public static let unknownField = RuleCode("TPX006")
    public static let unknownAnnotation = RuleCode("TPX007")

    // Its spec.
    public static let missingSpec = RuleCode("TPX010")
    public static let missingDestination = RuleCode("TPX011")
    public static let longDestination = RuleCode("TPX012")
    public static let dynamicDestination = RuleCode("TPX013")
    public static let level = RuleCode("TPX014")
    public static let fragmentName = RuleCode("TPX015")
    public static let comment = RuleCode("TPX016")
    public static let unknownInstance = RuleCode("TPX017")
    public static let missingInstance = RuleCode("TPX018")
    public static let port = RuleCode("TPX019")
    public static let scope = RuleCode("TPX020")
    public static let chain = RuleCode("TPX021")
    public static let strayCharacter = RuleCode("TPX022")

    // Its tenants.
    public static let tenantsNoJSON = RuleCode("TPX030")
    public static let tenantsNoArray = RuleCode("TPX031")
    public static let tenantsEmpty = RuleCode("TPX032")
    public static let tenantNoString = RuleCode("TPX033")
    public static let tenantDuplicate = RuleCode("TPX034")
    public static let tenantName = RuleCode("TPX035")
    public static let tenantTooLong = RuleCode("TPX036")
    public static let tooManyTenants = RuleCode("TPX037")
    public static let tenantsTooLong = RuleCode("TPX038")

    // What it shares its namespace with, and what it was before.
    public static let collision = RuleCode("TPX040")
    public static let tenantRemoved = RuleCode("TPX050")
}

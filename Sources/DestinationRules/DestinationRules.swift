public import DestinationModel
public import ObjectModel

/// The rules for Destination resources, the same for files, admission requests and stored objects.
///
/// They are pure: what they know of the world is in the ``RuleContext``.
public enum DestinationRules {
    /// What the rules say of an object.
    public struct Report: Hashable, Sendable {
        /// All that was found, by code.
        public let findings: [Finding]
        /// What can be served in spite of the findings: `nil` where a fault concerns the whole resource, otherwise the
        /// resource with those of its tenants that have no fault.
        public let servable: DestinationResource?

        /// Whether any finding is an error.
        public var hasErrors: Bool { findings.contains { $0.severity == .error } }

        /// The resource, where nothing is wrong with it.
        public var resource: DestinationResource? { hasErrors ? nil : servable }
    }

    /// Checks an object as it is.
    public static func check(_ object: ObjectValue, context: RuleContext = RuleContext()) -> Report {
        let subject = Subject(object, context: context)
        let findings = Rule.all.flatMap { $0.findings(subject) }
        let blocked = Set(findings.map(\.blocks))
        let servable = blocked.contains(.resource) ? nil : DestinationResource(subject, without: blocked)
        return Report(findings: findings, servable: servable)
    }

    /// Checks an update: a fault that the old object had too is a warning, so that nobody is kept from editing a
    /// resource that a newer rule would refuse; tenants that go are named with their Services.
    ///
    /// ``Report/servable`` is that of the new object and no better for the old one's faults.
    public static func check(
        _ object: ObjectValue,
        replacing old: ObjectValue,
        context: RuleContext = RuleContext()
    ) -> Report {
        let report = check(object, context: context)
        let before = Set(check(old, context: context).findings.map(Identity.init))
        let findings = report.findings.map { finding in
            var finding = finding
            if before.contains(Identity(finding)) { finding.severity = .warning }
            return finding
        }
        return Report(findings: findings + removals(from: old, to: object), servable: report.servable)
    }

    /// What makes two findings the same fault: the rule, the field and the sentence, which shows the value.
    private struct Identity: Hashable {
        let code: RuleCode
        let path: FieldPath
        let error: FieldError

        init(_ finding: Finding) {
            code = finding.code
            path = finding.path
            error = finding.error
        }
    }
}

extension DestinationRules {
    /// The title and explanation of the one rule that looks at two objects.
    public static let removal = Rule(
        code: .tenantRemoved,
        severity: .warning,
        title: "Removing a tenant removes its Service",
        explanation: """
            A tenant that leaves the annotation, or a resource that gains or loses the annotation, loses the Services \
            that applications connect to by name. Make sure that none of them is in use any more.
            """,
        checker: .webhook,
        example: RuleExample(
            "Where the resource had the tenants tenant-a and tenant-b before:",
            wrong: """
                metadata:
                  name: mail
                  annotations:
                    \(DestinationResource.tenantsAnnotation): '["tenant-a"]'
                """,
            right: """
                metadata:
                  name: mail
                  annotations:
                    \(DestinationResource.tenantsAnnotation): '["tenant-a", "tenant-b"]'
                """
        ),
        check: { _ in [] }
    )

    private static func removals(from old: ObjectValue, to new: ObjectValue) -> [Finding] {
        let kept = Set(ServiceClaim.claims(of: new).map(\.service))
        return ServiceClaim.claims(of: old).filter { !kept.contains($0.service) }.map { claim in
            let whose = claim.tenant.map { "tenant \(Quoted($0))" } ?? "the resource without a tenant"
            return Finding(
                code: removal.code,
                severity: removal.severity,
                // The Service first: where the line has to be cut, that is what must be left.
                error: .note("Service \(Quoted(claim.service)) goes: \(whose) is no longer served"),
                path: Paths.tenants,
                mend: "make sure that no application connects to it any more",
                blocks: .nothing
            )
        }
    }
}

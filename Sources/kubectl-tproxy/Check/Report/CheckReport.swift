import ObjectModel

/// What all checks came to.
struct CheckReport: Hashable, Sendable {
    let sections: [CheckSection]

    /// Judges facts. Each check looks at what it needs, whatever the others find.
    init(_ facts: ClusterFacts) {
        sections = [
            DefinitionCheck(facts).section, WebhookCheck(facts).section, CertificateCheck(facts).section,
            ManagerCheck(facts).section, RelayCheck(facts).section, RouteCheck(facts).section,
            InstanceCheck(facts).section, DestinationCheck(facts).section, AccessCheck(facts).section,
            VersionCheck(facts).section, TLSCheck(facts).section, TrialCheck(facts).section,
        ].compactMap(\.self)
    }

    var findings: [CheckFinding] { sections.flatMap(\.findings) }
    /// The same right may be missing for several checks.
    var gaps: [CheckGap] {
        var seen: Set<CheckGap> = []
        return sections.flatMap(\.gaps).filter { seen.insert($0).inserted }
    }

    /// What is wrong counts more than what isn't known.
    var outcome: Outcome {
        if !findings.isEmpty { return .findings }
        return gaps.isEmpty ? .good : .failed
    }

    /// Whether looking again may come to something better: rights don't come by waiting.
    var isWorthRepeating: Bool {
        !findings.isEmpty || gaps.contains { $0.code != .notAllowed }
    }

    /// The report for programs.
    var object: ObjectValue {
        .object([
            "well": .bool(outcome == .good),
            "checks": .array(sections.map(Self.object)),
        ])
    }

    private static func object(_ section: CheckSection) -> ObjectValue {
        .object([
            "title": .string(section.title),
            "state": .string(section.state.rawValue),
            "summary": .string(section.summary),
            "findings": .array(
                section.findings.map { finding in
                    .object([
                        "code": .string(finding.code), "title": .string(finding.title),
                        "sentence": .string(finding.sentence),
                        "mend": .string(finding.mend), "page": .string(finding.page),
                    ])
                }
            ),
            "notLookedAt": .array(
                section.gaps.map { gap in
                    var members: [String: ObjectValue] = ["sentence": .string(gap.sentence)]
                    members["code"] = (gap.code?.text).map(ObjectValue.string)
                    members["page"] = (gap.code?.page).map(ObjectValue.string)
                    return .object(members)
                }
            ),
            "notes": .array(section.notes.map(ObjectValue.string)),
        ])
    }
}

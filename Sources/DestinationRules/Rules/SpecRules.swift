internal import DestinationModel
import ObjectModel

extension Rule {
    /// Which destination is meant.
    static let spec: [Rule] = [
        Rule(
            code: .missingSpec,
            severity: .error,
            title: "There is a spec",
            explanation: """
                The spec says which destination is meant. A documented sample for several tenants lacks the line \
                "spec:", so its destinationRef stands under metadata, where the API server drops it: what arrives has \
                no spec at all.
                """,
            checker: .expression,
            example: RuleExample(
                wrong: """
                    apiVersion: \(DestinationResource.apiVersion)
                    kind: Destination
                    metadata:
                      name: mail
                      destinationRef:
                        name: example-dest-smtps
                    """,
                right: """
                    apiVersion: \(DestinationResource.apiVersion)
                    kind: Destination
                    metadata:
                      name: mail
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                    """
            ),
            check: missingSpec
        ),
        Rule(
            code: .missingDestination,
            severity: .error,
            title: "The spec names a destination",
            explanation:
                "spec.destinationRef.name is the name of the destination in the Destination service, as the cockpit shows it.",
            checker: .schema,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationServiceInstanceName: dest-service
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      destinationServiceInstanceName: dest-service
                    """
            ),
            check: missingDestination
        ),
        Rule(
            code: .longDestination,
            severity: .error,
            title: "The destination's name has at most 200 characters",
            explanation: "The Destination service knows no longer names, so there can be no destination of this one.",
            checker: .schema,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: \(String(repeating: "too-long-", count: 23))name
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                    """
            ),
            check: { subject in
                tooLong(Paths.destinationName, maximum: longestName, checkTheName, subject)
            }
        ),
        Rule(
            code: .dynamicDestination,
            severity: .warning,
            // The resource may serve HTTP, by another product that knows the same kind.
            blocksAsWarning: true,
            title: "The destination's name \"*\" has no effect on mail",
            explanation: """
                "*" stands for a destination that every HTTP request names in a header. SMTP has no such header, so a \
                destination for mail has to be named. The resource is accepted, and no Service for mail is made.
                """,
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: "*"
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                    """
            ),
            check: { subject in
                guard subject.text(Paths.destinationName) == "*" else { return [] }
                let error = FieldError.invalid(.string("*"), "has no effect on mail; SMTP has no header to choose by")
                return [Fault(Paths.destinationName, error, mend: "for mail, write the name of one destination")]
            }
        ),
        Rule(
            code: .level,
            severity: .error,
            title: "Levels are those of the Destination service",
            explanation: """
                Destinations and fragments are kept on four levels: provider_subaccount and provider_instance belong to \
                the provider and are the same for every tenant; subaccount and instance are the tenant's own. Without a \
                level the service searches.
                """,
            checker: .schema,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                        level: tenant
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                        level: subaccount
                    """
            ),
            check: { subject in
                [Paths.destinationLevel, Paths.fragmentLevel].flatMap {
                    choice($0, DestinationLevel.allCases.map(\.rawValue), subject)
                }
            }
        ),
        Rule(
            code: .fragmentName,
            severity: .error,
            title: "A fragment has a name of at most 200 characters",
            explanation: """
                spec.fragmentRef.name is the name of the fragment in the Destination service. Without fragmentRef the \
                destination is used as it is.
                """,
            checker: .schema,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      fragmentRef:
                        optional: true
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      fragmentRef:
                        name: europe
                        optional: true
                    """
            ),
            check: { subject in
                guard subject.object[Paths.fragment]?.objectValue != nil else { return [] }
                let mend = "write the fragment's name, or remove fragmentRef"
                return required(Paths.fragmentName, mend, subject)
                    + tooLong(Paths.fragmentName, maximum: longestName, checkTheName, subject)
            }
        ),
    ]

    @Sendable private static func missingSpec(_ subject: Subject) -> [Fault] {
        guard !subject.has(Paths.spec) else { return [] }
        let metadata = FieldPath("metadata")
        for parent in [metadata, .root] {
            for name in Schema.spec.keys.sorted() where subject.has(parent.member(name)) {
                let place = parent == .root ? "at the top" : "under metadata"
                let error = FieldError.required("\(name) stands \(place), where it has no effect")
                return [
                    Fault(
                        Paths.spec,
                        error,
                        mend: "put a line \"spec:\" in front of \(name), as far left as \"metadata:\", "
                            + "and indent what belongs to it"
                    )
                ]
            }
        }
        return [
            Fault(
                Paths.spec,
                .required("it names the destination"),
                mend: "if destinationRef is written under metadata, the line \"spec:\" in front of it is missing: "
                    + "the API server drops unknown fields of metadata"
            )
        ]
    }

    @Sendable private static func missingDestination(_ subject: Subject) -> [Fault] {
        guard let spec = subject.spec else { return [] }
        // Of another type than object: the rule about types says so.
        if subject.has(Paths.destination), spec["destinationRef"]?.objectValue == nil { return [] }
        guard subject.has(Paths.destination) else {
            // As the schema has it: what is missing is the outermost field that is.
            let mend = "write destinationRef, and below it the name of the destination in the Destination service"
            return [Fault(Paths.destination, .required("it names the destination"), mend: mend)]
        }
        return required(Paths.destinationName, "write the name of the destination in the Destination service", subject)
    }

    private static let longestName = DestinationLimits.destinationName.upperBound
    private static let checkTheName = "check the name in the Destination service"
}

internal import DestinationModel
import ObjectModel

extension Rule {
    /// How the Services are that applications connect to.
    static let service: [Rule] = [
        Rule(
            code: .port,
            severity: .error,
            title: "The port is a port",
            explanation:
                "spec.service.port is a whole number from 1 to 65535, without quotes; 465 where it is left out.",
            checker: .schema,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      service:
                        port: 70000
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      service:
                        port: 2465
                    """
            ),
            check: port
        ),
        Rule(
            code: .scope,
            severity: .error,
            title: "The scope is namespaced or clusterWide",
            explanation: """
                spec.accessControl.scope says whose pods may connect: with namespaced, those of the resource's own \
                namespace; with clusterWide, all. Without it the configured default is used.
                """,
            checker: .schema,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      accessControl:
                        scope: cluster
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      accessControl:
                        scope: clusterWide
                    """
            ),
            check: { subject in choice(Paths.scope, AccessScope.allCases.map(\.rawValue), subject) }
        ),
        Rule(
            code: .chain,
            severity: .warning,
            title: "A chain has no effect",
            explanation: """
                spec.chainRef serves HTTP destinations only. The resource is accepted, and mail goes where \
                destinationRef says.
                """,
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      chainRef:
                        name: my-chain
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                    """
            ),
            check: { subject in
                guard subject.has(Paths.chain) else { return [] }
                let note = FieldError.note("has no effect on mail destinations")
                return [Fault(Paths.chain, note, mend: "remove it", blocks: .nothing)]
            }
        ),
    ]

    @Sendable private static func port(_ subject: Subject) -> [Fault] {
        guard subject.has(Paths.port), let value = subject.object[Paths.port] else { return [] }
        if let number = value.wholeNumber {
            guard !DestinationLimits.ports.contains(number) else { return [] }
            let error = FieldError.invalid(value, "must be between 1 and 65535, inclusive")
            return [Fault(Paths.port, error, mend: "write a port such as 465, or leave it out")]
        }
        let mend: String
        if let number = value.stringValue.flatMap({ Int($0) }), DestinationLimits.ports.contains(number) {
            mend = "write \(number) without quotes"
        } else {
            mend = "write a whole number such as 465, or leave it out"
        }
        return [Fault(Paths.port, .type(value, expected: "integer"), mend: mend)]
    }
}

internal import DestinationModel
import ObjectModel

extension Rule {
    /// Where the destination is looked up.
    static let instance: [Rule] = [
        Rule(
            code: .comment,
            severity: .error,
            title: "Names hold no comment",
            explanation: """
                YAML's comments begin with "#". A documented sample has a comment that begins with "//" behind the \
                instance's name; to YAML that is a part of the name.
                """,
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      destinationServiceInstanceName: dest-service // the usual one
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      destinationServiceInstanceName: dest-service # the usual one
                    """
            ),
            check: comments
        ),
        Rule(
            code: .unknownInstance,
            severity: .error,
            title: "The instance is configured",
            explanation: """
                spec.destinationServiceInstanceName names one of the sources that the proxy was installed with: an \
                instance of the Destination service, or a directory. Its configuration lists them under \
                config.integration.destinationService.instances. No name has more than 253 characters.
                """,
            checker: .webhook,
            example: RuleExample(
                "Where dest-service is the only instance that is configured:",
                wrong: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      destinationServiceInstanceName: dest-sevice
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      destinationServiceInstanceName: dest-service
                    """
            ),
            check: unknownInstance
        ),
        Rule(
            code: .missingInstance,
            severity: .error,
            title: "The spec names an instance, or a default is configured",
            explanation: """
                spec.destinationServiceInstanceName can be left out only where the installation sets \
                config.integration.destinationService.defaultInstanceName in its configuration.
                """,
            checker: .webhook,
            example: RuleExample(
                "Where no default instance is configured:",
                wrong: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      destinationServiceInstanceName: dest-service
                    """
            ),
            check: missingInstance
        ),
    ]

    @Sendable private static func comments(_ subject: Subject) -> [Fault] {
        [(Paths.instance, "//"), (Paths.destinationName, " //"), (Paths.fragmentName, " //")].compactMap { path, mark in
            guard let text = subject.shortText(path), let comment = text.firstRange(of: mark) else { return nil }
            let name = text[..<comment.lowerBound].split(whereSeparator: \.isWhitespace).joined(separator: " ")
            let mend =
                name.isEmpty || Placeholder.matches(name)
                ? "write the real name only; comments begin with #"
                : "write \(Quoted(name)) only; comments begin with #"
            return Fault(
                path,
                .invalid(.string(text), "\"//\" begins no comment in YAML, it is part of the name"),
                mend: mend
            )
        }
    }

    @Sendable private static func unknownInstance(_ subject: Subject) -> [Fault] {
        let maximum = DestinationLimits.instanceName
        let tooLong = tooLong(Paths.instance, maximum: maximum, "use the name of one that is configured", subject)
        guard tooLong.isEmpty else { return tooLong }
        guard let instances = subject.context.instances, let name = subject.text(Paths.instance),
            !instances.names.contains(name), !name.contains("//"), !Placeholder.matches(name)
        else { return [] }
        let known = instances.names.sorted()
        let mend: String
        if let meant = Spelling.nearest(to: name, in: known) {
            mend = "did you mean \(meant)?"
        } else if known.isEmpty {
            mend = "the installation configures none yet"
        } else {
            mend = "use one of \(known.joined(separator: ", ")), or have this one configured"
        }
        return [Fault(Paths.instance, .invalid(.string(name), "no such instance is configured"), mend: mend)]
    }

    @Sendable private static func missingInstance(_ subject: Subject) -> [Fault] {
        guard let instances = subject.context.instances, instances.defaultName == nil, subject.spec != nil,
            !subject.has(Paths.instance) || subject.object[Paths.instance] == .string("")
        else { return [] }
        let known = instances.names.sorted().joined(separator: ", ")
        let mend = "name one of the configured instances\(known.isEmpty ? "" : ": \(known)")"
        return [Fault(Paths.instance, .required("no default instance is configured"), mend: mend)]
    }
}

internal import DestinationModel
import ObjectModel

extension Rule {
    /// The longest name of a destination or fragment in the Destination service.
    static let maximumDestinationName = 200

    /// What is asked for.
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
            check: missingSpec
        ),
        Rule(
            code: .missingDestination,
            severity: .error,
            title: "The spec names a destination",
            explanation: "spec.destinationRef.name is the name of the destination in the Destination service.",
            check: missingDestination
        ),
        Rule(
            code: .longDestination,
            severity: .error,
            title: "The destination's name has at most 200 characters",
            explanation: "The Destination service knows no longer names.",
            check: { subject in tooLong(Paths.destinationName, subject) }
        ),
        Rule(
            code: .dynamicDestination,
            severity: .error,
            title: "The destination's name is no \"*\"",
            explanation: """
                "*" stands for a destination that every HTTP request names in a header. SMTP has no such header, so a \
                destination for mail has to be named.
                """,
            check: { subject in
                guard subject.text(Paths.destinationName) == "*" else { return [] }
                let error = FieldError.invalid(.string("*"), "serves HTTP only; SMTP has no header to choose by")
                return [Fault(Paths.destinationName, error, mend: "write the name of one destination of type MAIL")]
            }
        ),
        Rule(
            code: .level,
            severity: .error,
            title: "Levels are those of the Destination service",
            explanation: "Destinations and fragments are kept on four levels; without a level the service searches.",
            check: { subject in
                [Paths.destinationLevel, Paths.fragmentLevel].flatMap {
                    choice($0, DestinationLevel.allCases.map(\.rawValue), subject)
                }
            }
        ),
        Rule(
            code: .fragmentName,
            severity: .error,
            title: "A fragment has a name",
            explanation: "spec.fragmentRef.name is the name of the fragment in the Destination service.",
            check: { subject in
                guard subject.object[Paths.fragment]?.objectValue != nil else { return [] }
                let mend = "write the fragment's name, or remove fragmentRef"
                return required(Paths.fragmentName, mend, subject) + tooLong(Paths.fragmentName, subject)
            }
        ),
        Rule(
            code: .comment,
            severity: .error,
            title: "Names hold no comment",
            explanation: """
                YAML's comments begin with "#". A documented sample has a comment that begins with "//" behind the \
                instance's name; to YAML that is a part of the name.
                """,
            check: comments
        ),
        Rule(
            code: .unknownInstance,
            severity: .error,
            title: "The instance is configured",
            explanation: """
                spec.destinationServiceInstanceName names one of the sources that the proxy was installed with: an \
                instance of the Destination service, or a directory.
                """,
            check: unknownInstance
        ),
        Rule(
            code: .missingInstance,
            severity: .error,
            title: "The spec names an instance, or a default is configured",
            explanation: """
                spec.destinationServiceInstanceName can be left out only where the installation sets \
                config.integration.destinationService.defaultInstanceName.
                """,
            check: missingInstance
        ),
        Rule(
            code: .port,
            severity: .error,
            title: "The port is a port",
            explanation:
                "spec.service.port is a whole number from 1 to 65535, without quotes; 465 where it is left out.",
            check: port
        ),
        Rule(
            code: .scope,
            severity: .error,
            title: "The scope is namespaced or clusterWide",
            explanation: "spec.accessControl.scope says whose pods may connect.",
            check: { subject in choice(Paths.scope, AccessScope.allCases.map(\.rawValue), subject) }
        ),
        Rule(
            code: .chain,
            severity: .warning,
            title: "A chain has no effect",
            explanation: "spec.chainRef serves HTTP destinations only.",
            check: { subject in
                guard subject.has(Paths.chain) else { return [] }
                let note = FieldError.note("has no effect on mail destinations")
                return [Fault(Paths.chain, note, mend: "remove it", blocks: .nothing)]
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
                        mend:
                            "put a line \"spec:\" in front of \(name), as far left as \"metadata:\", and indent what belongs to it"
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
        return required(Paths.destinationName, "write the name of the destination in the Destination service", subject)
    }

    @Sendable private static func comments(_ subject: Subject) -> [Fault] {
        [(Paths.instance, "//"), (Paths.destinationName, " //"), (Paths.fragmentName, " //")].compactMap { path, mark in
            guard let text = subject.text(path), let comment = text.firstRange(of: mark) else { return nil }
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

    @Sendable private static func port(_ subject: Subject) -> [Fault] {
        guard subject.has(Paths.port), let value = subject.object[Paths.port] else { return [] }
        if let number = value.wholeNumber {
            guard !(1...65_535).contains(number) else { return [] }
            let error = FieldError.invalid(value, "must be between 1 and 65535, inclusive")
            return [Fault(Paths.port, error, mend: "write a port such as 465, or leave it out")]
        }
        let mend: String
        if let number = value.stringValue.flatMap({ Int($0) }), (1...65_535).contains(number) {
            mend = "write \(number) without quotes"
        } else {
            mend = "write a whole number such as 465, or leave it out"
        }
        return [Fault(Paths.port, .type(value, expected: "integer"), mend: mend)]
    }
}

extension Rule {
    /// A text that has to be there, in an object that is.
    private static func required(_ path: FieldPath, _ mend: String, _ subject: Subject) -> [Fault] {
        guard !subject.has(path) || subject.object[path] == .string("") else { return [] }
        return [Fault(path, .required("must not be empty"), mend: mend)]
    }

    private static func tooLong(_ path: FieldPath, _ subject: Subject) -> [Fault] {
        guard let text = subject.text(path), text.utf8.count > maximumDestinationName else { return [] }
        return [
            Fault(path, .tooLong(maximum: maximumDestinationName), mend: "check the name in the Destination service")
        ]
    }

    /// A text that must be one of a few.
    private static func choice(_ path: FieldPath, _ supported: [String], _ subject: Subject) -> [Fault] {
        guard case .string(let text) = subject.object[path], !supported.contains(text) else { return [] }
        let mend =
            Spelling.nearest(to: text, in: supported).map { "did you mean \($0)?" }
            ?? "write one of those, or leave it out"
        return [Fault(path, .unsupported(.string(text), supported: supported), mend: mend)]
    }
}

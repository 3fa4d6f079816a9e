internal import DestinationModel
import ObjectModel

extension Rule {
    /// What the object says it is, and whether its fields are those that there are.
    static let object: [Rule] = [
        Rule(
            code: .apiVersion,
            severity: .error,
            title: "apiVersion is \(DestinationResource.apiVersion)",
            explanation: """
                Only this version of the Destination resource is known. Destination resources of other groups are \
                different things.
                """,
            checker: .apiServer,
            example: RuleExample(
                wrong: """
                    apiVersion: destination.connectivity.api.sap/v2
                    kind: Destination
                    metadata:
                      name: mail
                    spec:
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
            check: { subject in
                fixed("apiVersion", DestinationResource.apiVersion, subject)
            }
        ),
        Rule(
            code: .kind,
            severity: .error,
            title: "kind is \(DestinationResource.kind)",
            explanation: "These rules are about Destination resources only.",
            checker: .apiServer,
            example: RuleExample(
                wrong: """
                    apiVersion: \(DestinationResource.apiVersion)
                    kind: Destinations
                    metadata:
                      name: mail
                    spec:
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
            check: { subject in
                fixed("kind", DestinationResource.kind, subject)
            }
        ),
        Rule(
            code: .resourceName,
            severity: .error,
            title: "The resource's name can name a Service",
            explanation: """
                The Service that applications connect to is named after the resource, so the name must be a DNS-1035 \
                label: at most 63 lower-case letters, digits and hyphens, a letter first, no hyphen last. Kubernetes \
                itself would also take dots and a leading digit in the name of a resource, but not of a Service.
                """,
            checker: .expression,
            example: RuleExample(
                wrong: """
                    metadata:
                      name: mail.europe
                    """,
                right: """
                    metadata:
                      name: mail-europe
                    """
            ),
            check: resourceName
        ),
        Rule(
            code: .placeholder,
            severity: .error,
            title: "No placeholder is left in",
            explanation: """
                Samples write <name in angle brackets> where something of your own belongs. No real name looks like \
                that.
                """,
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: <destination-name>
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                    """
            ),
            check: placeholders
        ),
        Rule(
            code: .wrongType,
            severity: .error,
            title: "Every field has its type",
            explanation: """
                The API server refuses fields of the wrong type. In YAML, yes, no, on, off and numbers without quotes \
                are no texts.
                """,
            checker: .schema,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      fragmentRef:
                        name: europe
                        optional: "true"
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
            check: wrongTypes
        ),
        Rule(
            code: .unknownField,
            severity: .warning,
            title: "Every field is known",
            explanation: """
                The API server drops fields that it doesn't know, mostly without a word. A field that is misspelt or \
                indented wrongly has no effect.
                """,
            checker: .apiServer,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      services:
                        port: 2465
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                      service:
                        port: 2465
                    """
            ),
            check: unknownFields
        ),
        Rule(
            code: .unknownAnnotation,
            severity: .warning,
            title: "Annotations of the transparent proxy are known",
            explanation: """
                Annotations are free text to Kubernetes, so one that is misspelt goes unnoticed. Only \
                \(DestinationResource.tenantsAnnotation) has a meaning.
                """,
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.annotationPrefix)tenant-subdomain: '["tenant-a"]'
                    """,
                right: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a"]'
                    """
            ),
            check: unknownAnnotations
        ),
    ]

    private static func fixed(_ field: String, _ expected: String, _ subject: Subject) -> [Fault] {
        let path = FieldPath(field)
        let mend = "write \(field): \(expected)"
        switch subject.object[field] {
        case nil, .null:
            return [Fault(path, .required("must be \(expected)"), mend: mend)]
        case .string(expected):
            return []
        case .some(let other):
            return [Fault(path, .unsupported(other, supported: [expected]), mend: mend)]
        }
    }

    @Sendable private static func resourceName(_ subject: Subject) -> [Fault] {
        guard let name = subject.name else {
            guard !subject.has(Paths.name) || subject.object[Paths.name] == .string("") else { return [] }
            let mend = "give the resource a name; the Service gets it too"
            return [Fault(Paths.name, .required("the Service is named after it"), mend: mend)]
        }
        guard !DNSLabel.isRFC1035(name), !Placeholder.matches(name) else { return [] }
        let explanation: String
        let mend: String
        if name.utf8.count > DNSLabel.maximumLength {
            explanation = "names a Service, so it must have no more than 63 characters, but has \(name.utf8.count)"
            mend = "choose a shorter name"
        } else if name.contains(".") {
            explanation = "names a Service, so it must hold no dots"
            mend = "use hyphens: \(Quoted(name.replacing(".", with: "-")))"
        } else if name.first?.isNumber == true {
            explanation = "names a Service, so it must begin with a letter"
            mend = "put a letter in front: \(Quoted("d-" + name))"
        } else {
            explanation = "must consist of lower-case letters, digits and '-', and begin and end with one of the former"
            mend = "choose such a name"
        }
        return [Fault(Paths.name, .invalid(.string(name), explanation), mend: mend)]
    }

    @Sendable private static func placeholders(_ subject: Subject) -> [Fault] {
        let paths = [Paths.name, Paths.namespace, Paths.destinationName, Paths.fragmentName, Paths.instance]
        let fields = paths.compactMap { path -> Fault? in
            guard let text = subject.shortText(path), Placeholder.matches(text) else { return nil }
            let error = FieldError.invalid(.string(text), "is a placeholder")
            return Fault(path, error, mend: "put the real value in its place")
        }
        let tenants = subject.tenantNames.filter(Placeholder.matches).map { tenant in
            Fault(
                Paths.tenants,
                .invalid(.string(tenant), "is a placeholder"),
                mend: "put the tenant's subdomain in its place",
                blocks: .tenant(tenant)
            )
        }
        return fields + tenants
    }

    @Sendable private static func wrongTypes(_ subject: Subject) -> [Fault] {
        guard subject.object.objectValue != nil else {
            // The schema lets null pass for any field, but not for the whole.
            let error = FieldError.type(subject.object, expected: "object")
            return [Fault(.root, error, mend: "write a Destination resource, with apiVersion, kind, metadata and spec")]
        }
        return Schema.destination.deviations(of: subject.object, where: \.isWrongType)
            .compactMap { deviation in
                guard case .wrongType(let expected) = deviation.kind else { return nil }
                return Fault(
                    deviation.path,
                    .type(deviation.value, expected: expected),
                    mend: typeMend(deviation, expected: expected)
                )
            }
    }

    private static func typeMend(_ deviation: Schema.Deviation, expected: String) -> String {
        switch (expected, deviation.value) {
        case ("string", .array(let items)) where deviation.path == Paths.tenants:
            let names = items.prefix(50).compactMap(\.stringValue)
            return "the value is a text that holds JSON, in quotes of its own: \(TenantList.annotation(names))"
        case ("string", .bool), ("string", .integer), ("string", .double):
            return "put the value in quotes"
        case ("boolean", .string):
            return "write true or false without quotes"
        case ("object", .string):
            return "put the fields into lines of their own below it, indented further"
        default:
            return "write a value of type \(expected)"
        }
    }

    @Sendable private static func unknownFields(_ subject: Subject) -> [Fault] {
        return Schema.destination.deviations(of: subject.object, where: \.isUnknownField)
            .compactMap { deviation in
                guard case .unknownField(let siblings) = deviation.kind,
                    case .name(let name) = deviation.path.elements.last
                else { return nil }
                // Where there is no spec, the rule about that tells of the fields that belong there.
                let parent = deviation.path.parent ?? .root
                let isMisplaced = Schema.spec[name] != nil && parent.elements.count < 2 && parent != Paths.spec
                if isMisplaced, subject.spec == nil { return nil }
                let mend: String
                if isMisplaced {
                    mend = "move it below spec, indented by two spaces"
                } else if let meant = Spelling.nearest(to: name, in: siblings) {
                    mend = "did you mean \(meant)?"
                } else {
                    mend = "remove it; here are known: \(siblings.joined(separator: ", "))"
                }
                return Fault(deviation.path, .note("unknown field, it has no effect"), mend: mend, blocks: .nothing)
            }
    }

    @Sendable private static func unknownAnnotations(_ subject: Subject) -> [Fault] {
        let known = DestinationResource.tenantsAnnotation
        let names = (subject.object[Paths.annotations]?.objectValue ?? [:]).keys.sorted()
        // Comparing the spelling of each of thousands would be much work.
        let compared = Set(names.prefix(500))
        return names.lazy.filter { name in
            guard name != known else { return false }
            return name.hasPrefix(DestinationResource.annotationPrefix) || name.hasSuffix("tenant-subdomains")
                || compared.contains(name) && Spelling.nearest(to: name, in: [known]) != nil
        }.prefix(DestinationLimits.findings).map { name in
            Fault(
                Paths.annotations.member(name),
                .note("unknown annotation, it has no effect"),
                mend: "did you mean \(known)?",
                blocks: .nothing
            )
        }
    }
}

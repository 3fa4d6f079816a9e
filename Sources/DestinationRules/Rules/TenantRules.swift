internal import DestinationModel
import ObjectModel
internal import YAML

extension Rule {
    /// The annotation with the tenants.
    static let tenants: [Rule] = [
        Rule(
            code: .tenantsNoJSON,
            severity: .error,
            title: "The tenants are JSON",
            explanation: """
                The annotation's value is a text that holds a JSON array of strings, such as '["tenant-a", \
                "tenant-b"]'. A bare list with commas is none.
                """,
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): tenant-a,tenant-b
                    """,
                right: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a", "tenant-b"]'
                    """
            ),
            check: noJSON
        ),
        Rule(
            code: .tenantsNoArray,
            severity: .error,
            title: "The tenants are an array",
            explanation: "One tenant, too, is written as an array: '[\"tenant-a\"]'.",
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '"tenant-a"'
                    """,
                right: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a"]'
                    """
            ),
            check: noArray
        ),
        Rule(
            code: .tenantsEmpty,
            severity: .error,
            title: "There is at least one tenant",
            explanation: """
                With an empty list nothing would be served. Without the annotation there is one Service for the \
                provider's own destination.
                """,
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '[]'
                    """,
                right: """
                    metadata:
                      name: mail
                    """
            ),
            check: { subject in
                guard case .list(let items, _) = subject.tenants, items.isEmpty else { return [] }
                let error = FieldError.invalid(.string("[]"), "must name at least one tenant")
                return [Fault(Paths.tenants, error, mend: "name a tenant, or remove the annotation")]
            }
        ),
        Rule(
            code: .tenantNoString,
            severity: .error,
            title: "Tenants are strings",
            explanation: "Every item of the array is a tenant's subdomain in double quotes.",
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a", 1]'
                    """,
                right: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a", "1"]'
                    """
            ),
            check: { subject in
                guard case .list(let items, _) = subject.tenants else { return [] }
                return items.filter { $0.stringValue == nil }.map { item in
                    let error = FieldError.type(item, expected: "string")
                    return Fault(
                        Paths.tenants,
                        error,
                        mend: "put every tenant in double quotes",
                        blocks: .someOfTheList
                    )
                }
            }
        ),
        Rule(
            code: .tenantDuplicate,
            severity: .error,
            title: "Tenants are named once",
            explanation: "A tenant that stands in the list twice is probably another one mistyped.",
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a", "tenant-a"]'
                    """,
                right: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a", "tenant-b"]'
                    """
            ),
            check: { subject in
                guard case .list(let items, _) = subject.tenants else { return [] }
                var seen: Set<ObjectValue> = []
                var told: Set<ObjectValue> = []
                return items.filter { item in
                    item.stringValue != nil && !seen.insert(item).inserted && told.insert(item).inserted
                }.map { Fault(Paths.tenants, .duplicate($0), mend: "name it once", blocks: .nothing) }
            }
        ),
        Rule(
            code: .tenantName,
            severity: .error,
            title: "Tenants can be part of a Service's name",
            explanation: """
                Each tenant's Service is named <resource>-<tenant>, so a tenant consists of at most 63 lower-case \
                letters, digits and hyphens, with no hyphen first or last. That is what subdomains look like; names in \
                camelCase, as samples have them, are no subdomains.
                """,
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenantSubdomain1"]'
                    """,
                right: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-subdomain-1"]'
                    """
            ),
            check: tenantNames
        ),
        Rule(
            code: .tenantTooLong,
            severity: .error,
            title: "Resource and tenant together are not too long",
            explanation: """
                The name of a Service has at most 63 characters: the resource's name, a hyphen and the tenant's \
                subdomain have to fit.
                """,
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    metadata:
                      name: \(String(repeating: "mail-", count: 11))x
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a"]'
                    """,
                right: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a"]'
                    """
            ),
            check: tooLong
        ),
        Rule(
            code: .tooManyTenants,
            severity: .error,
            title: "There are at most 2,000 tenants",
            explanation: """
                More are not documented to work, and their states would not fit into the resource. Tenants can be \
                shared out among several resources that name the same destination.
                """,
            checker: .webhook,
            example: RuleExample(
                "Where the dots stand for 2,000 tenants more:",
                wrong: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a", …]'
                    """,
                right: """
                    metadata:
                      name: mail-europe
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a"]'
                    """
            ),
            check: { subject in
                guard case .list(_, isComplete: false) = subject.tenants else { return [] }
                let maximum = DestinationLimits.tenants
                let mend = "move those behind the first \(maximum) to another resource; they are not served"
                return [Fault(Paths.tenants, .tooMany(maximum: maximum), mend: mend, blocks: .someOfTheList)]
            }
        ),
        Rule(
            code: .tenantsTooLong,
            severity: .error,
            title: "The tenants' text is not too long",
            explanation: """
                All annotations of a resource together have at most 262,144 bytes, which is far more than 2,000 tenants \
                need. Of a longer text nothing is read.
                """,
            checker: .apiServer,
            example: RuleExample(
                "Where the dots stand for 262,144 blanks:",
                wrong: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a"…]'
                    """,
                right: """
                    metadata:
                      name: mail
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["tenant-a"]'
                    """
            ),
            check: { subject in
                guard case .tooLong = subject.tenants else { return [] }
                let error = FieldError.tooLong(maximumBytes: DestinationLimits.annotations)
                return [Fault(Paths.tenants, error, mend: "move tenants to another resource, and remove blanks")]
            }
        ),
    ]

    @Sendable private static func noJSON(_ subject: Subject) -> [Fault] {
        guard case .noJSON(let text, let error) = subject.tenants else { return [] }
        // Where nobody tried to write an array, what a JSON parser had hoped for at column 1 helps nobody.
        let isAttempt = text.first { !$0.isWhitespace } == "["
        let place = isAttempt ? ": column \(error.position.column): \(error.message)" : ""
        let fault = FieldError.invalid(.string(text), "must be a JSON array of strings\(place)")
        return [Fault(Paths.tenants, fault, mend: "write \(TenantList.mended(text) ?? example)")]
    }

    @Sendable private static func noArray(_ subject: Subject) -> [Fault] {
        guard case .noArray(let text, let value) = subject.tenants else { return [] }
        let fault = FieldError.invalid(.string(text), "must be a JSON array of strings, not a JSON \(value.kindName)")
        let mended = value.objectValue == nil ? TenantList.mended(text) : nil
        return [Fault(Paths.tenants, fault, mend: "write \(mended ?? example)")]
    }

    private static let example = TenantList.annotation(["tenant-a", "tenant-b"])

    @Sendable private static func tenantNames(_ subject: Subject) -> [Fault] {
        subject.tenantNames.filter { !DNSLabel.isRFC1123($0) && !Placeholder.matches($0) }.map { tenant in
            let (explanation, mend) = whyNoLabel(tenant)
            return Fault(
                Paths.tenants,
                .invalid(.string(tenant), explanation),
                mend: mend,
                blocks: .tenant(tenant)
            )
        }
    }

    private static func whyNoLabel(_ tenant: String) -> (explanation: String, mend: String) {
        let cockpit = "write the subdomain as the subaccount's overview in the cockpit shows it"
        if tenant.isEmpty {
            return ("must not be empty", "remove it")
        }
        if tenant.utf8.count > DNSLabel.maximumLength {
            return ("must have no more than 63 characters, but has \(tenant.utf8.count)", cockpit)
        }
        if tenant.contains(".") {
            let first = tenant.prefix { $0 != "." }
            let mend = first.isEmpty ? cockpit : "write the subdomain only: \(Quoted(String(first)))"
            return ("must hold no dots: it is a part of the Service's name", mend)
        }
        if tenant.contains(where: \.isUppercase) {
            return ("must be in lower case: it is a part of the Service's name", cockpit)
        }
        if tenant.contains("_") {
            return ("must hold no underscores: it is a part of the Service's name", cockpit)
        }
        if tenant.contains(",") {
            let names = tenant.split { $0 == "," || $0.isWhitespace }.map { "\"\($0)\"" }.joined(separator: ", ")
            return ("must be one tenant", "put each into quotes of its own: \(names.prefix(200))")
        }
        return ("must consist of lower-case letters, digits and '-', and begin and end with one of the former", cockpit)
    }

    @Sendable private static func tooLong(_ subject: Subject) -> [Fault] {
        guard let resource = subject.name, DNSLabel.isRFC1035(resource) else { return [] }
        return subject.tenantNames.filter(DNSLabel.isRFC1123).compactMap { tenant in
            let length = ServiceName.text(resource: resource, tenant: tenant).utf8.count
            let excess = length - DNSLabel.maximumLength
            guard excess > 0 else { return nil }
            let error = FieldError.invalid(
                .string(tenant),
                "the Service's name would have \(length) characters, but at most 63 are possible"
            )
            let mend = "shorten metadata.name by \(excess)"
            return Fault(Paths.tenants, error, mend: mend, blocks: .tenant(tenant))
        }
    }
}

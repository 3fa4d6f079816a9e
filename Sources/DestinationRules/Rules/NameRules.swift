internal import DestinationModel
import ObjectModel

extension Rule {
    /// What the resource shares its namespace with.
    static let names: [Rule] = [
        Rule(
            code: .collision,
            severity: .error,
            title: "No two Destinations claim one Service",
            explanation: """
                Resource "mail" with tenant "a-b" and resource "mail-a" with tenant "b" would both be reached by the \
                Service "mail-a-b". One tenant's mail would leave through another's login, so whoever comes second is \
                refused.
                """,
            checker: .webhook,
            example: RuleExample(
                "Where the namespace has a Destination mail with the tenant a-b:",
                wrong: """
                    metadata:
                      name: mail-a
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["b"]'
                    """,
                right: """
                    metadata:
                      name: invoices
                      annotations:
                        \(DestinationResource.tenantsAnnotation): '["b"]'
                    """
            ),
            check: collisions
        )
    ]

    @Sendable private static func collisions(_ subject: Subject) -> [Fault] {
        let known = subject.context.claims
        guard known.count > 0 else { return [] }
        return ServiceClaim.claims(of: subject).compactMap { claim in
            guard let other = known.claim(of: claim.service, in: subject.namespace, besides: subject.name) else {
                return nil
            }
            let owner = "Destination \(Quoted(other.resource))"
            let explanation =
                "the Service \(Quoted(claim.service)) is already that of \(owner)"
                + (other.tenant.map { " for its tenant \(Quoted($0))" } ?? "")
            return Fault(
                claim.tenant == nil ? Paths.name : Paths.tenants,
                .invalid(.string(claim.tenant ?? claim.resource), explanation),
                mend: "give one of the two resources another name",
                blocks: claim.tenant.map(Finding.Blocks.tenant) ?? .resource
            )
        }
    }
}

internal import DestinationModel
public import ObjectModel

/// Which Destination claims which Service, for thousands of resources with hundreds of tenants each.
///
/// It doesn't list the Services: it keeps each resource's tenants, and looks a Service's name up by splitting it at
/// each hyphen: `a-b-c` is resource `a-b-c`, or `a` with tenant `b-c`, or `a-b` with tenant `c`. A tenant costs its
/// octets and four more. A value: a copy is a snapshot, made at no cost.
public struct ClaimIndex: Hashable, Sendable {
    /// By namespace and name of the resource.
    private var resources: [String: [String: Claims]] = [:]

    /// How many resources are known.
    public private(set) var count = 0

    /// What one resource claims.
    private enum Claims: Hashable, Sendable {
        /// The Service of its own name.
        case bare
        /// A Service for each tenant.
        case tenants(TenantSet)
    }

    /// An index that knows of no resource.
    public init() {}

    /// Takes in an object, in place of what it claimed before. It need not be valid: what can be read counts, as far as
    /// it could name a Service.
    public mutating func insert(_ object: ObjectValue) {
        let subject = Subject(object, context: RuleContext())
        guard let name = subject.name else { return }
        let claims: Claims
        switch subject.tenants {
        case .absent: claims = .bare
        case .list: claims = .tenants(TenantSet(subject.tenantNames.filter(DNSLabel.isRFC1123)))
        case .wrongType, .noJSON, .noArray: claims = .tenants(TenantSet([]))
        }
        if resources[subject.namespace ?? "", default: [:]].updateValue(claims, forKey: name) == nil { count += 1 }
    }

    /// Forgets an object.
    public mutating func remove(_ object: ObjectValue) {
        let subject = Subject(object, context: RuleContext())
        guard let name = subject.name else { return }
        remove(namespace: subject.namespace, name: name)
    }

    /// Forgets what a resource claims.
    public mutating func remove(namespace: String?, name: String) {
        let namespace = namespace ?? ""
        guard resources[namespace]?.removeValue(forKey: name) != nil else { return }
        count -= 1
        if resources[namespace]?.isEmpty == true { resources[namespace] = nil }
    }

    /// Who claims a Service.
    ///
    /// - Parameters:
    ///   - service: The Service's name.
    ///   - namespace: The namespace of the Service and of whoever claims it.
    ///   - resource: Whose claims are passed over: his who asks.
    /// - Returns: One of those who do, or `nil` where nobody does.
    public func claim(of service: String, in namespace: String?, besides resource: String?) -> ServiceClaim? {
        // No Service has a longer name, and splitting a text at each of its hyphens takes the square of its length.
        guard service.utf8.count <= DNSLabel.maximumLength, let neighbours = resources[namespace ?? ""] else {
            return nil
        }
        if service != resource, neighbours[service] == .bare {
            return ServiceClaim(namespace: namespace, resource: service, tenant: nil)
        }
        for index in service.utf8.indices where service.utf8[index] == UInt8(ascii: "-") {
            let name = String(service[..<index])
            guard name != resource, case .tenants(let tenants) = neighbours[name] else { continue }
            let tenant = String(service[service.utf8.index(after: index)...])
            if tenants.contains(tenant) { return ServiceClaim(namespace: namespace, resource: name, tenant: tenant) }
        }
        return nil
    }
}

internal import DestinationModel
public import ObjectModel

/// Which Destination claims which Service, for thousands of resources with hundreds of tenants each.
///
/// It doesn't list the Services: it keeps each resource's tenants, and looks a Service's name up by splitting it at
/// each hyphen: `a-b-c` is resource `a-b-c`, or `a` with tenant `b-c`, or `a-b` with tenant `c`. A tenant costs its
/// octets and four more. A value: a copy is a snapshot, made at no cost.
public struct ClaimIndex: Hashable, Sendable {
    /// By namespace and name of the resource.
    private var resources: [String: [String: Entry]] = [:]

    /// How many resources are known.
    public private(set) var count = 0

    /// A resource.
    private struct Entry: Hashable, Sendable {
        let claims: Claims
        let age: ResourceAge
    }

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
        case .wrongType, .noJSON, .noArray, .tooLong: claims = .tenants(TenantSet([]))
        }
        insert(Entry(claims: claims, age: ResourceAge(object)), namespace: subject.namespace ?? "", name: name)
    }

    /// Takes over what a resource claims in another index, if anything.
    public mutating func keep(namespace: String, name: String, from other: ClaimIndex) {
        guard let entry = other.resources[namespace]?[name] else { return }
        insert(entry, namespace: namespace, name: name)
    }

    private mutating func insert(_ entry: Entry, namespace: String, name: String) {
        if resources[namespace, default: [:]].updateValue(entry, forKey: name) == nil { count += 1 }
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
        var found: ServiceClaim?
        forEachClaim(of: service, in: namespace) { name, tenant, _ in
            guard name != resource else { return true }
            found = ServiceClaim(namespace: namespace, resource: name, tenant: tenant)
            return false
        }
        return found
    }

    /// All who claim a Service, the oldest first: whoever was created first keeps the name.
    ///
    /// - Parameters:
    ///   - service: The Service's name.
    ///   - namespace: The namespace of the Service and of those who claim it.
    public func claims(of service: String, in namespace: String?) -> [ServiceClaim] {
        var found: [(claim: ServiceClaim, age: ResourceAge)] = []
        forEachClaim(of: service, in: namespace) { name, tenant, age in
            found.append((ServiceClaim(namespace: namespace, resource: name, tenant: tenant), age))
            return true
        }
        return found.sorted { $0.age < $1.age }.map(\.claim)
    }

    /// Calls `body` with resource, tenant and age of everybody who claims a Service, until it answers `false`.
    private func forEachClaim(
        of service: String,
        in namespace: String?,
        _ body: (String, String?, ResourceAge) -> Bool
    ) {
        // No Service has a longer name, and splitting a text at each of its hyphens takes the square of its length.
        guard service.utf8.count <= DNSLabel.maximumLength, let neighbours = resources[namespace ?? ""] else { return }
        if let entry = neighbours[service], entry.claims == .bare {
            guard body(service, nil, entry.age) else { return }
        }
        for index in service.utf8.indices where service.utf8[index] == UInt8(ascii: "-") {
            let name = String(service[..<index])
            guard let entry = neighbours[name], case .tenants(let tenants) = entry.claims else { continue }
            let tenant = String(service[service.utf8.index(after: index)...])
            guard !tenants.contains(tenant) || body(name, tenant, entry.age) else { return }
        }
    }
}

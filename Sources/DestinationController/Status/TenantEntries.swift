internal import DestinationModel
internal import Kubernetes
internal import ObjectModel

/// The entries of `status.tenants`, within the schema's bounds and, all together, within what the API server stores.
struct TenantEntries {
    private let subject: StatusSubject
    private let tenants: ArraySlice<TenantStatus>

    /// The schema's.
    private static let mostEntries = 2000
    /// What all entries may take: etcd takes 1.5 MB for a whole resource, whose annotations may have 256 KiB.
    private static let mostOctets = 1_000_000
    /// The names of an entry's members and their punctuation, and the values of those that are short.
    private static let overhead = 200

    init(_ subject: StatusSubject, _ tenants: [TenantStatus]) {
        self.subject = subject
        self.tenants = tenants.prefix(Self.mostEntries)
    }

    /// The entries. Times stay as they were where a tenant's state has not changed.
    func objects(before: StatusReading, now: MicroTime) -> [ObjectValue] {
        let limit = messageLimit
        return tenants.map { tenant in
            let name = tenant.tenant.map { BoundedText.line($0, limit: 63) }
            var members: [String: ObjectValue] = [
                "serviceName": .string(BoundedText.line(tenant.serviceName, limit: 317)),
                "state": .string(tenant.state.rawValue),
            ]
            members["tenant"] = name.map(ObjectValue.string)
            members["address"] = address(tenant).map(ObjectValue.string)
            members["relayPort"] = tenant.relayPort.flatMap { (1...65_535).contains($0) ? .integer($0) : nil }
            if tenant.state != .ready {
                members["reason"] = tenant.reason.map { .string(BoundedText.line($0, limit: 1024)) }
                members["message"] = tenant.message.map { .string(BoundedText.line($0, limit: limit)) }
            }
            let known = before[name]
            let since = known?.status.state == tenant.state ? known?.lastTransitionTime : nil
            members["lastTransitionTime"] = .string(since ?? now.seconds)
            return .object(members)
        }
    }

    /// Where applications connect to, unless that would lead to somebody else's Service.
    private func address(_ tenant: TenantStatus) -> String? {
        guard let port = subject.port, tenant.relayPort != nil else { return nil }
        switch tenant.reason {
        case StatusReason.foreignService, StatusReason.duplicate: return nil
        default: break
        }
        let address = "\(tenant.serviceName).\(subject.namespace).svc.\(subject.clusterDomain):\(port)"
        return address.utf8.count <= 300 ? address : nil
    }

    /// How long a message may be so that all of them fit.
    private var messageLimit: Int {
        var octets = 0
        var messages = 0
        for tenant in tenants {
            octets += Self.overhead + (tenant.tenant?.utf8.count ?? 0) + tenant.serviceName.utf8.count
            octets += address(tenant)?.utf8.count ?? 0
            if tenant.state != .ready {
                octets += tenant.reason?.utf8.count ?? 0
                messages += 1
            }
        }
        return min(2048, max(64, (Self.mostOctets - octets) / max(messages, 1)))
    }
}

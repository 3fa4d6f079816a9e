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
    /// What a message may take at least.
    private static let shortest = 64

    /// How many octets each message may take.
    private let messageLimit: Int

    init(_ subject: StatusSubject, _ tenants: [TenantStatus]) {
        self.subject = subject
        var octets = 0
        var messages = 0
        self.tenants = tenants.prefix(Self.mostEntries).prefix { tenant in
            octets += Self.overhead + Self.shortest
            for text in [
                Self.name(tenant), Self.serviceName(tenant), Self.address(tenant, subject), Self.reason(tenant),
            ] {
                octets += text.map(Self.stored) ?? 0
            }
            if tenant.state != .ready { messages += 1 }
            return octets <= Self.mostOctets
        }
        messageLimit = min(2048, Self.shortest + max(0, Self.mostOctets - octets) / max(messages, 1))
    }

    /// The entries. Times stay as they were where a tenant's state has not changed.
    func objects(before: StatusReading, now: MicroTime) -> [ObjectValue] {
        tenants.map { tenant in
            let name = Self.name(tenant)
            var members: [String: ObjectValue] = [
                "serviceName": .string(Self.serviceName(tenant)), "state": .string(tenant.state.rawValue),
            ]
            members["tenant"] = name.map(ObjectValue.string)
            members["address"] = Self.address(tenant, subject).map(ObjectValue.string)
            members["relayPort"] = tenant.relayPort.flatMap { (1...65_535).contains($0) ? .integer($0) : nil }
            members["reason"] = Self.reason(tenant).map(ObjectValue.string)
            members["message"] = message(tenant).map(ObjectValue.string)
            let known = before[name]
            let since = known?.status.state == tenant.state ? known?.lastTransitionTime : nil
            members["lastTransitionTime"] = .string(since ?? now.seconds)
            return .object(members)
        }
    }

    private static func name(_ tenant: TenantStatus) -> String? {
        tenant.tenant.map { BoundedText.line($0, limit: 63) }
    }

    private static func serviceName(_ tenant: TenantStatus) -> String {
        BoundedText.line(tenant.serviceName, limit: 317)
    }

    /// Where applications connect to, unless that would lead to somebody else's Service.
    private static func address(_ tenant: TenantStatus, _ subject: StatusSubject) -> String? {
        guard let port = subject.port, tenant.relayPort != nil else { return nil }
        switch tenant.reason {
        case StatusReason.foreignService, StatusReason.duplicate: return nil
        default: break
        }
        let address = "\(tenant.serviceName).\(subject.namespace).svc.\(subject.clusterDomain):\(port)"
        return address.utf8.count <= 300 ? address : nil
    }

    private static func reason(_ tenant: TenantStatus) -> String? {
        tenant.state == .ready ? nil : tenant.reason.map { BoundedText.line($0, limit: 1024) }
    }

    private func message(_ tenant: TenantStatus) -> String? {
        guard tenant.state != .ready, let text = tenant.message else { return nil }
        let message = BoundedText.line(text, limit: messageLimit)
        let excess = Self.stored(message) - message.utf8.count
        guard message.utf8.count + excess > messageLimit else { return message }
        return BoundedText.line(text, limit: max(messageLimit - excess, messageLimit / Self.dearest))
    }

    /// What a text on one line takes in the API server's JSON, which escapes these and what HTML would take for its own.
    private static func stored(_ text: String) -> Int {
        text.utf8.reduce(0) { octets, octet in
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): octets + 2
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): octets + dearest
            default: octets + 1
            }
        }
    }

    /// What one octet takes at most: `\u003c`.
    private static let dearest = 6
}

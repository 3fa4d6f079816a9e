internal import ObjectModel

/// A Lease object as electors see it. What else the object holds is kept.
struct Lease: Hashable, Sendable {
    let object: ObjectValue

    init(_ object: ObjectValue) {
        self.object = object
    }

    /// A lease that nobody holds and no server knows.
    init(namespace: String, name: String) {
        object = .object([
            "apiVersion": .string(ResourceType.leases.apiVersion), "kind": .string(ResourceType.leases.kind),
            "metadata": .object(["namespace": .string(namespace), "name": .string(name)]),
        ])
    }

    /// Empty when nobody holds it.
    var holder: String { spec["holderIdentity"]?.stringValue ?? "" }

    /// How long others are to wait after the last renewal; `nil` where it doesn't say.
    var duration: Duration? {
        number("leaseDurationSeconds").flatMap { $0 > 0 ? .seconds(min($0, 86_400)) : nil }
    }

    /// Whether this is the same state of the same lease. A change of labels is none of the lease.
    func isSame(as other: Lease) -> Bool {
        spec == other.spec && object.metadata.uid == other.object.metadata.uid
    }

    /// The lease as its holder writes it, be it a new holder or the present one who renews it.
    func held(by identity: String, for duration: Duration, at time: MicroTime) -> Lease {
        var spec = self.spec
        if holder != identity {
            let transitions = number("leaseTransitions") ?? -1
            spec["leaseTransitions"] = .integer(transitions < Int(Int32.max) ? max(transitions, -1) + 1 : 0)
            spec["acquireTime"] = .string(time.description)
        }
        spec["holderIdentity"] = .string(identity)
        spec["leaseDurationSeconds"] = .integer(Int(duration.components.seconds))
        spec["renewTime"] = .string(time.description)
        return with(spec)
    }

    /// The lease as its holder gives it up, for anyone to take at once.
    func released(at time: MicroTime) -> Lease {
        var spec = self.spec
        spec["holderIdentity"] = nil
        spec["leaseDurationSeconds"] = .integer(1)
        spec["renewTime"] = .string(time.description)
        return with(spec)
    }

    private var spec: [String: ObjectValue] { object["spec"]?.objectValue ?? [:] }

    private func number(_ name: String) -> Int? {
        guard case .integer(let number) = spec[name] else { return nil }
        return number
    }

    private func with(_ spec: [String: ObjectValue]) -> Lease {
        var members = object.objectValue ?? [:]
        members["spec"] = .object(spec)
        return Lease(.object(members))
    }
}

public import DestinationModel
internal import Synchronization

/// Several sources as one: each reference goes to the source of its instance. Safe from any thread.
public final class DestinationInstances: DestinationSource {
    private struct Member {
        /// The source, or why there is none yet.
        var source: Result<any DestinationSource, Unusable>
        /// Passes the source's changes on.
        var forwarding: Task<Void, Never>?
    }

    /// Why an instance has no source, such as a Secret that is missing. Holds no secret.
    private struct Unusable: Error {
        var reason: String
    }

    private let members = Mutex<[String: Member]>([:])
    private let hub = DestinationChangeHub()

    /// No instances yet.
    public init() {}

    deinit {
        for member in members.withLock({ $0 }).values { member.forwarding?.cancel() }
    }

    /// Adds an instance, or gives it another source. The source is run by the caller.
    public func set(_ instance: String, to source: any DestinationSource) {
        let changes = source.changes()
        let hub = hub
        let forwarding = Task {
            for await change in changes { hub.publish(change) }
        }
        put(Member(source: .success(source), forwarding: forwarding), instance)
    }

    /// Adds an instance that has no source, or takes it away from it: its destinations can't be looked up for now, which
    /// says nothing about them.
    ///
    /// - Parameter reason: What is wrong and what to do, without secrets.
    public func set(_ instance: String, unusable reason: String) {
        put(Member(source: .failure(Unusable(reason: reason))), instance)
    }

    /// Removes an instance: its destinations are gone.
    public func remove(_ instance: String) { put(nil, instance) }

    /// The instances that there are, in order.
    public var instances: [String] { members.withLock { $0.keys.sorted() } }

    private func put(_ member: Member?, _ instance: String) {
        let former = members.withLock { members in
            let former = members[instance]
            members[instance] = member
            return former
        }
        former?.forwarding?.cancel()
        hub.publish(.everything)
    }

    public func resolve(
        _ reference: DestinationReference
    ) async throws(DestinationLookupError) -> ResolvedDestination {
        switch members.withLock({ $0[reference.instance]?.source }) {
        case .success(let source): return try await source.resolve(reference)
        case .failure(let unusable):
            throw DestinationLookupError(.bindingUnusable, reference, detail: unusable.reason)
        case nil: throw DestinationLookupError(.noSuchInstance, reference)
        }
    }

    public func changes() -> DestinationChanges { hub.subscribe() }
}

public import Logging
internal import ObjectModel

/// Sees to it that of several processes one at a time does some work, by a Lease object (`coordination.k8s.io/v1`).
///
/// There are never two leaders as long as the work stops within a third of ``ElectionTiming/lease`` of being cancelled.
/// What a process may have sent off just before it was stopped for a while, such as a suspended machine, no election can
/// take back: writes that matter bear a resource version.
public struct LeaderElection: Sendable {
    private let client: KubernetesClient
    private let lease: Lease
    private let identity: String
    private let timing: ElectionTiming
    private let logger: Logger
    private let overdue: @Sendable () -> Void

    /// - Parameters:
    ///   - client: Needs the rights to get, create and update leases in the namespace.
    ///   - name: The lease's name, the same for all candidates.
    ///   - identity: This process's name, which no other candidate has, not even an earlier process of the same pod:
    ///     see ``uniqueIdentity(_:)``.
    ///   - overdue: Called when the work has not stopped although another process may now lead. Ending the process is
    ///     all that helps then.
    public init(
        _ client: KubernetesClient,
        lease name: String,
        in namespace: String,
        identity: String,
        timing: ElectionTiming = ElectionTiming(),
        logger: Logger,
        overdue: @escaping @Sendable () -> Void = {}
    ) {
        self.client = client.withTimeout(timing.renewDeadline / 2)
        lease = Lease(namespace: namespace, name: name)
        self.identity = identity
        self.timing = timing
        self.logger = logger
        self.overdue = overdue
    }

    /// A name that no other process has: what it is called by people, such as the pod's name, and something random.
    public static func uniqueIdentity(_ name: String) -> String {
        "\(name)_\(String(UInt64.random(in: .min ... .max), radix: 16))"
    }

    /// Waits until this process leads, then does the work. When leadership is lost, the work is cancelled and, once it
    /// has ended, this process waits again.
    ///
    /// When the work ends by itself, or because this task was cancelled, the lease is given up, so that another process
    /// can take over at once; until then it is renewed.
    ///
    /// - Parameter work: What only the leader does. It must heed cancellation.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws; `CancellationError` if cancelled while waiting.
    public func run<Result: Sendable>(
        whileLeading work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        var machine = ElectionMachine(identity: identity, lease: lease, timing: timing, now: .now)
        while true {
            machine = await campaign(machine)
            try Task.checkCancellation()
            logger.info("leading", metadata: ["identity": "\(identity)"])
            let worker = Task { try await work() }
            let renewal = Task { [machine] in await renew(machine, stopping: worker) }
            let result = await withTaskCancellationHandler {
                await worker.result
            } onCancel: {
                worker.cancel()
            }
            renewal.cancel()
            machine = await renewal.value
            if machine.held != nil {
                await release(machine)
                return try result.get()
            }
            try Task.checkCancellation()
        }
    }

    /// Goes on until this process leads or its task is cancelled.
    private func campaign(_ machine: ElectionMachine) async -> ElectionMachine {
        var machine = machine
        while machine.held == nil, !Task.isCancelled { await step(&machine) }
        return machine
    }

    /// Renews the lease until it is lost, or until cancelled, which happens once the work has ended.
    private func renew<Result>(
        _ machine: ElectionMachine,
        stopping worker: Task<Result, any Error>
    ) async -> ElectionMachine {
        var machine = machine
        var deadline = machine.deadline ?? .now
        while machine.held != nil, !Task.isCancelled {
            deadline = machine.deadline ?? deadline
            await step(&machine)
        }
        guard machine.held == nil else { return machine }
        logger.warning("leadership lost; stopping", metadata: ["identity": "\(identity)"])
        worker.cancel()
        // From here on the lease may be someone else's.
        let end = deadline + (timing.lease - timing.renewDeadline)
        if (try? await Task.sleep(until: end, clock: .continuous)) != nil {
            logger.critical("another process may lead, and the work here has not stopped")
            overdue()
        }
        return machine
    }

    private func step(_ machine: inout ElectionMachine) async {
        var generator = SystemRandomNumberGenerator()
        let begun = ContinuousClock.now
        switch machine.next(now: begun, time: .now) {
        case .wait(let instant):
            try? await Task.sleep(until: instant, clock: .continuous)
        case .read:
            switch await within(machine.deadline, { () throws(KubernetesError) in try await get() }) {
            case .success(let lease): machine.read(lease, now: .now, using: &generator)
            case .failure(let error):
                note(error)
                machine.readFailed(now: .now, using: &generator)
            }
        case .create(let lease):
            let written = await within(machine.deadline) { () throws(KubernetesError) in
                Lease(try await client.create(.leases, lease.object))
            }
            wrote(written, begun, &machine)
        case .replace(let lease):
            let written = await within(machine.deadline) { () throws(KubernetesError) in
                Lease(try await client.replace(.leases, lease.object))
            }
            wrote(written, begun, &machine)
        }
    }

    private func wrote(
        _ result: Swift.Result<Lease, KubernetesError>,
        _ begun: ContinuousClock.Instant,
        _ machine: inout ElectionMachine
    ) {
        var generator = SystemRandomNumberGenerator()
        switch result {
        case .success(let lease): machine.wrote(lease, begun: begun, now: .now)
        case .failure(let error):
            note(error)
            machine.writeFailed(error.code, now: .now, using: &generator)
        }
    }

    private func get() async throws(KubernetesError) -> Lease? {
        let metadata = lease.object.metadata
        do {
            return Lease(try await client.get(.leases, metadata.name, in: metadata.namespace))
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Gives the lease up, even if this task has been cancelled. If that fails, others wait until it runs out.
    private func release(_ machine: ElectionMachine) async {
        guard let lease = machine.held else { return }
        let release = Task {
            do throws(KubernetesError) {
                try await giveUp(lease)
            } catch {
                note(error)
            }
        }
        await release.value
        logger.info("leading no more", metadata: ["identity": "\(identity)"])
    }

    private func giveUp(_ lease: Lease) async throws(KubernetesError) {
        do {
            try await client.replace(.leases, lease.released(at: .now).object)
        } catch {
            // A renewal that was under way when the work ended may have been carried out all the same.
            guard error.code == .conflict, let current = try await get(), current.holder == identity else {
                throw error
            }
            try await client.replace(.leases, current.released(at: .now).object)
        }
    }

    /// Cancels a call that would last beyond the deadline.
    private func within<Value: Sendable>(
        _ deadline: ContinuousClock.Instant?,
        _ call: @escaping @Sendable () async throws(KubernetesError) -> Value
    ) async -> Swift.Result<Value, KubernetesError> {
        await withTaskGroup(of: Swift.Result<Value, KubernetesError>.self) { group in
            group.addTask {
                do throws(KubernetesError) { return .success(try await call()) } catch { return .failure(error) }
            }
            if let deadline {
                group.addTask {
                    try? await Task.sleep(until: deadline, clock: .continuous)
                    return .failure(KubernetesError(.timeout, "the lease was not renewed in time"))
                }
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(KubernetesError(.cancelled, "cancelled"))
        }
    }

    private func note(_ error: KubernetesError) {
        guard ![.cancelled, .conflict, .alreadyExists].contains(error.code) else { return }
        logger.warning("trouble with the lease", metadata: ["error": "\(error)"])
    }
}

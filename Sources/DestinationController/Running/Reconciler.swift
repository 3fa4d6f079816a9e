internal import DestinationModel
internal import DestinationRules
internal import Kubernetes
internal import Logging
internal import ObjectModel
internal import RelayRoutes

/// Looks at one Destination at a time and does what it needs.
struct Reconciler: Sendable {
    typealias Outcome = WorkQueue<ObjectKey>.Outcome

    /// After so many steps without coming to an end it's the others' turn.
    private static let mostSteps = 30
    /// How often one thing is written before it is given up for this time: somebody else undoes it.
    private static let mostAttempts = 4
    /// How many requests for one Destination are under way at one time.
    private static let mostRequests = 8

    let client: KubernetesClient
    let settings: ControllerSettings
    let memory: ControllerMemory
    let writer: ClusterWriter
    let relays: RelayObserver
    let events: EventRecorder
    let board: ControllerBoard
    let logger: Logger

    /// Does what a Destination needs, as far as that can be done now.
    func reconcile(_ key: ObjectKey) async -> Outcome {
        let begun = ContinuousClock.now
        var visit = Visit(known: memory.read { $0.known(key) })
        var outcome = Outcome.retry(before: nil, isHeld: false)
        do throws(KubernetesError) {
            outcome = try await work(on: key, &visit)
        } catch {
            visit.failure = error.description
        }
        if Task.isCancelled { return outcome }
        let failure = visit.failure ?? visit.troubles.firstFailure
        board.tell(.reconciled(succeeded: failure == nil, duration: .now - begun))
        if let failure {
            logger.warning(
                "a Destination could not be brought in order; trying again",
                metadata: ["destination": "\(key)", "error": "\(failure)"]
            )
        }
        return outcome
    }

    /// What is known of a Destination while it is being looked at.
    private struct Visit {
        var known: ClusterState.Known
        /// Whether `known` was just read from the API server.
        var isFresh = false
        var subject: DestinationObservation.Subject?
        /// The ports whose relay Services were read from the API server.
        var askedPorts: Set<Int> = []
        var troubles = WriteTroubles()
        /// How often each thing was written.
        var attempts: [ControllerWrite.Target: Int] = [:]
        var failure: String?

        /// Counts writes, and takes out those that were done often enough to no avail.
        mutating func limit(_ writes: [ControllerWrite]) -> [ControllerWrite] {
            writes.filter { write in
                attempts[write.target, default: 0] += 1
                guard attempts[write.target, default: 0] > Reconciler.mostAttempts else { return true }
                troubles[write.target] = .failed("something else keeps changing \(write.target)")
                return false
            }
        }
    }

    private func work(on key: ObjectKey, _ visit: inout Visit) async throws(KubernetesError) -> Outcome {
        for _ in 0..<Self.mostSteps {
            if Task.isCancelled { break }
            let plan = plan(key, &visit)
            switch plan.step {
            case .confirm(let ports):
                do throws(KubernetesError) {
                    visit.known = try await confirm(key)
                    try await learn(ports)
                } catch {
                    await tell(error, plan, key, visit)
                    throw error
                }
                visit.isFresh = true
                visit.askedPorts.formUnion(ports)
                visit.subject = nil
            case .write(let writes):
                let allowed = visit.limit(writes)
                for case .createClaim(let claim) in writes where !allowed.contains(.createClaim(claim)) {
                    memory.giveBack(claim)
                }
                await perform(allowed, key, &visit.troubles)
            case .rest:
                try await tell(plan, key, visit, failure: visit.troubles.firstFailure)
                let isTroubled = !visit.troubles.all.isEmpty || plan.lacksPorts
                guard isTroubled else { return .done(again: plan.wakeAt) }
                let isContested = visit.attempts.values.contains { $0 > Self.mostAttempts }
                return .retry(before: isContested ? nil : plan.wakeAt, isHeld: isContested)
            }
        }
        return .retry(before: nil, isHeld: true)
    }

    private func plan(_ key: ObjectKey, _ visit: inout Visit) -> DestinationPlan {
        let subject = visit.subject ?? subject(visit.known)
        visit.subject = subject
        let isFresh = visit.isFresh
        var observation = memory.read { $0.observation(of: key, subject, isFresh: isFresh) }
        observation.askedPorts = visit.askedPorts
        for index in observation.claims.indices where observation.claims[index].releasedSince != nil {
            observation.claims[index].mayBeOpen = observation.claims[index].service.ports.contains(
                where: relays.mayServe
            )
        }
        return DestinationPlanner(settings: settings, now: .now, time: .now).plan(
            observation,
            troubles: visit.troubles
        ) { lost, holder in
            let mark = holder.mark
            return memory.takePort(lost: lost, for: holder) { relays.serves($0, forOthersThan: mark) }
        }
    }

    private func subject(_ known: ClusterState.Known) -> DestinationObservation.Subject {
        switch known {
        case .absent: return .absent
        case .unmanaged: return .unmanaged
        case .present(let destination):
            let elders = memory.read { $0.elders(of: destination) }
            return .present(Judgement(destination, settings) { elders[$0] })
        }
    }

    /// Reads the Destination from the API server: what is cached may be of yesterday.
    private func confirm(_ key: ObjectKey) async throws(KubernetesError) -> ClusterState.Known {
        guard let object = try await found(.destinations, key), !object.metadata.isBeingDeleted else { return .absent }
        if settings.selectsNamespaces {
            let namespace = try await found(.namespaces, ObjectKey(namespace: "", name: key.namespace))
            guard let namespace, settings.isManaged(namespace) else { return .unmanaged }
        }
        return .present(ObservedDestination(object))
    }

    /// Learns whose relay ports are.
    private func learn(_ ports: [Int]) async throws(KubernetesError) {
        var failure: KubernetesError?
        await forEach(ports) { port in
            let key = memory.read { $0.relayService(port) }
            do throws(KubernetesError) {
                return Result<ObjectValue?, KubernetesError>.success(try await found(.services, key))
            } catch {
                return .failure(error)
            }
        } then: { _, result in
            switch result {
            case .success(let service): if let service { memory.learned(service, of: .services) }
            case .failure(let error): failure = error
            }
        }
        if let failure { throw failure }
    }

    private func found(_ type: ResourceType, _ key: ObjectKey) async throws(KubernetesError) -> ObjectValue? {
        do {
            return try await client.get(type, key.name, in: key.namespace.isEmpty ? nil : key.namespace)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    private func perform(_ writes: [ControllerWrite], _ key: ObjectKey, _ troubles: inout WriteTroubles) async {
        var found = troubles
        await forEach(writes) {
            await writer.perform($0)
        } then: { write, trouble in
            if let trouble {
                found[write.target] = trouble
            } else {
                logger.debug("written", metadata: ["destination": "\(key)", "what": "\(write.target)"])
            }
        }
        troubles = found
    }

    /// Asks something for each item, a few at a time.
    private func forEach<Item: Sendable, Answer: Sendable>(
        _ items: [Item],
        ask: @escaping @Sendable (Item) async -> Answer,
        then take: (Item, Answer) -> Void
    ) async {
        var rest = items[...]
        await withTaskGroup(of: (Item, Answer).self) { group in
            func begin() {
                guard let item = rest.popFirst() else { return }
                group.addTask { (item, await ask(item)) }
            }
            for _ in 0..<Self.mostRequests { begin() }
            for await (item, answer) in group {
                begin()
                take(item, answer)
            }
        }
    }
}

// MARK: Status

extension Reconciler {
    /// Shows in the status that a reconciliation fails: at once if a retry alone won't help, else from the second time on.
    private func tell(_ error: KubernetesError, _ plan: DestinationPlan, _ key: ObjectKey, _ visit: Visit) async {
        guard !error.isTransient || memory.isRetried(key) else { return }
        // Where the status can't be written either, the log says it.
        try? await tell(plan, key, visit, failure: error.description)
    }

    private func tell(
        _ plan: DestinationPlan,
        _ key: ObjectKey,
        _ visit: Visit,
        failure: String?
    ) async throws(KubernetesError) {
        guard case .present(let destination) = visit.known, case .present(let judgement) = visit.subject else {
            board.remove(key)
            return
        }
        let subject = StatusSubject(
            namespace: key.namespace,
            name: key.name,
            generation: destination.generation,
            port: judgement.port,
            instance: judgement.instance,
            scope: judgement.problem == nil ? judgement.scope : nil,
            installNamespace: settings.installNamespace,
            clusterDomain: settings.clusterDomain
        )
        let before = StatusReading(destination.object["status"])
        var tenants: [TenantStatus] = []
        tenants.reserveCapacity(plan.tenants.count)
        for tenant in plan.tenants {
            tenants.append(status(of: tenant, subject, before))
        }
        let composed = StatusComposer.compose(
            subject,
            tenants: tenants,
            problem: judgement.problem?.besides(plan.tenants.compactMap(\.claim), from: settings.instances),
            remark: judgement.remark,
            failure: failure,
            before: before,
            now: .now
        )
        board.set(key, composed.summary)
        guard composed.isChanged else { return }
        do {
            let answer = try await client.applyStatus(
                .destinations,
                subject.object(with: composed.status),
                fieldManager: ClusterWriter.fieldManager,
                force: true
            )
            board.tell(.wrote(.status))
            memory.learned(answer, of: .destinations)
            events.record(composed.notes, about: destination.object)
        } catch {
            // It has gone meanwhile; the watch tells of it.
            if error.code != .notFound { throw error }
        }
    }

    private func status(
        of tenant: DestinationPlan.Tenant,
        _ subject: StatusSubject,
        _ before: StatusReading
    ) -> TenantStatus {
        guard tenant.problem == nil, let claim = tenant.claim else {
            return subject.tenant(
                tenant.tenant,
                serviceName: tenant.serviceName,
                relayPort: tenant.claim?.port,
                problem: tenant.problem ?? .settingUp
            )
        }
        return subject.tenant(
            tenant.tenant,
            serviceName: tenant.serviceName,
            relayPort: claim.port,
            proof: relays.proof(of: claim),
            before: before
        )
    }
}

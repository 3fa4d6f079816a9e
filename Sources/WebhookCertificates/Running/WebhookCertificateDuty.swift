public import Kubernetes
public import Logging

/// Looks after the webhook's certificate for as long as it runs: makes it, renews it, changes the authority, and puts
/// right what others have changed. One process at a time should run it; if two do, no harm is done.
public struct WebhookCertificateDuty: Sendable {
    private let objects: CertificateObjects
    private let planner: CertificatePlanner
    private let maker: CertificateMaker
    private let resync: Duration
    private let logger: Logger
    private let observer: @Sendable (CertificateEvent) -> Void

    /// - Parameters:
    ///   - client: Needs the rights to get, list, watch, create, patch and delete the two Secrets, to get, list, watch
    ///     and patch the webhook configuration, and to create leases, which tells the API server's time.
    ///   - resync: How often everything is looked at though nothing seems to have happened.
    ///   - observer: Called with every event, on any thread; must not block.
    public init(
        _ client: KubernetesClient,
        names: WebhookNames,
        policy: CertificatePolicy = .standard,
        resync: Duration = .seconds(180),
        logger: Logger,
        observer: @escaping @Sendable (CertificateEvent) -> Void = { _ in }
    ) {
        objects = CertificateObjects(client: client, names: names)
        planner = CertificatePlanner(names: names, policy: policy)
        maker = CertificateMaker(names: names)
        self.resync = resync
        self.logger = logger
        self.observer = observer
    }

    /// Goes on until its task is cancelled. What fails is logged and tried again, slower and slower.
    public func run() async {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { group in
            for watch in watches { group.addTask { await listen(to: watch, signal) } }
            await lookAgainAndAgain(signals, signal)
            group.cancelAll()
        }
        observer(.ended)
    }

    private var watches: [ObjectWatch] {
        let names = planner.names
        func watch(_ type: ResourceType, _ name: String, _ namespace: String?) -> ObjectWatch {
            objects.client.watch(type, in: namespace, fields: "metadata.name=\(name)")
        }
        return [
            watch(.secrets, names.authoritySecret, names.namespace),
            watch(.secrets, names.servingSecret, names.namespace),
            watch(.validatingWebhookConfigurations, names.webhookConfiguration, nil),
        ]
    }

    /// What a watch tells is only a reason to look: the objects are read anew, all three at one time.
    private func listen(to watch: ObjectWatch, _ signal: AsyncStream<Void>.Continuation) async {
        var isInterrupted = false
        for await event in watch {
            switch event {
            case .present, .unreadable, .deleted:
                signal.yield()
            case .synced, .resumed:
                isInterrupted = false
                signal.yield()
            case .restarted:
                break
            case .interrupted(let error):
                if !isInterrupted {
                    logger.warning(
                        "changes to the webhook's certificate are noticed late: a watch was interrupted",
                        metadata: ["error": "\(error)", "resync": "\(resync)"]
                    )
                }
                isInterrupted = true
            }
        }
    }

    private func lookAgainAndAgain(_ signals: AsyncStream<Void>, _ signal: AsyncStream<Void>.Continuation) async {
        var iterator = signals.makeAsyncIterator()
        var generator = SystemRandomNumberGenerator()
        var clock = ServerClock()
        var budget = WriteBudget(now: .now)
        var backoff = Backoff(base: .milliseconds(500), limit: .seconds(60))
        var told: CertificateStage?
        while !Task.isCancelled {
            do {
                let now = await clock.now(objects.client, namespace: planner.names.namespace)
                let plan = try await look(now, &budget)
                backoff.reset()
                if plan.action == .wait {
                    if plan.stage != told { tell(plan) }
                    let untilThen = plan.wakeAt.map { Duration.seconds(max($0 - now, 0)) } ?? resync
                    let timer = Task {
                        try await Task.sleep(for: min(untilThen, resync))
                        signal.yield()
                    }
                    await iterator.next()
                    timer.cancel()
                }
                told = plan.stage
            } catch {
                if Task.isCancelled { return }
                report(error)
                try? await Task.sleep(for: backoff.next(using: &generator))
            }
        }
    }

    /// Reads, plans, and writes if there is anything to write.
    private func look(_ now: Int64, _ budget: inout WriteBudget) async throws -> CertificatePlan {
        let (observation, webhook) = try await objects.read()
        let plan = planner.plan(observation, now: now)
        observer(.looked(at: plan.stage, leafExpiry: plan.leafExpiry, authorityExpiry: plan.authorityExpiry))
        guard let write = try maker.write(for: plan.action, observation, now: now) else { return plan }
        if let pause = budget.take(now: .now) {
            logger.warning(
                "something keeps changing the webhook's certificate; going slower",
                metadata: ["stage": "\(plan.stage)"]
            )
            try await Task.sleep(for: pause)
            return plan
        }
        try Task.checkCancellation()
        try await objects.perform(write, webhook: webhook)
        observer(.wrote(plan.stage))
        logger.notice(plan.stage.message, metadata: plan.stage.reason.map { ["reason": "\($0)"] } ?? [:])
        return plan
    }

    private func tell(_ plan: CertificatePlan) {
        switch plan.stage {
        case .handsOff: logger.warning(plan.stage.message, metadata: plan.metadata)
        default: logger.info(plan.stage.message, metadata: plan.metadata)
        }
    }

    private func report(_ error: any Error) {
        // Someone else was faster: no failure, only a reason to look again.
        if let error = error as? KubernetesError, [.conflict, .alreadyExists].contains(error.code) {
            logger.info("the webhook's certificate was changed by someone else meanwhile; looking again")
            return
        }
        observer(.failed)
        logger.error("can't look after the webhook's certificate for now", metadata: ["error": "\(error)"])
    }
}

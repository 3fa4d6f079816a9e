internal import HTTPTransport
public import Kubernetes
public import Logging
internal import RelayRoutes

/// Turns Destinations into relay routes, Services, NetworkPolicies and status, for as long as it runs. One process at a
/// time should run it; if two do for a moment, no port moves and no mail goes astray.
public struct DestinationController: Sendable {
    private static let workers = 8
    /// So that one namespace's Destinations don't make those of all others wait.
    private static let workersPerNamespace = 6
    /// How long it is waited at the start for what relays say, at most. A relay that says nothing may serve any port.
    private static let patience = Duration.seconds(5)

    private let client: KubernetesClient
    private let settings: ControllerSettings
    private let instance: String
    private let board: ControllerBoard
    private let logger: Logger

    /// - Parameters:
    ///   - client: Needs the rights to get, list and watch Destinations and to patch their status; to get, list, watch,
    ///     create, patch and delete Services everywhere and NetworkPolicies in the install namespace; to list and watch
    ///     its pods; to create and patch Events; and to get, list and watch namespaces where they are selected.
    ///   - instance: Which of the managers this is, such as the pod's name.
    ///   - board: Is told how it fares.
    public init(
        _ client: KubernetesClient,
        settings: ControllerSettings,
        instance: String,
        board: ControllerBoard,
        logger: Logger
    ) {
        self.client = client
        self.settings = settings
        self.instance = instance
        self.board = board
        self.logger = logger
    }

    /// Goes on until its task is cancelled. What fails is logged and tried again, slower and slower.
    ///
    /// - Throws: What makes it impossible to begin.
    public func run() async throws {
        board.begin()
        defer { board.end() }
        guard let version = await serverVersion() else { return }
        let settings = settings.with(server: version)
        let memory = ControllerMemory(settings, mostPerNamespace: Self.workersPerNamespace, board: board)
        let relays = try RelayObserver(
            client,
            namespace: settings.installNamespace,
            board: board,
            logger: logger,
            changed: memory.relaysChanged(_:)
        )
        let events = EventRecorder(client, instance: instance, board: board, logger: logger)
        let reconciler = Reconciler(
            client: client,
            settings: settings,
            memory: memory,
            writer: ClusterWriter(client: client, settings: settings, memory: memory, board: board),
            relays: relays,
            events: events,
            board: board,
            logger: logger
        )
        await withDiscardingTaskGroup { group in
            for kind in WatchedKind.allCases where kind != .namespaces || settings.selectsNamespaces {
                group.addTask { await follow(kind, memory) }
            }
            group.addTask { await relays.run() }
            group.addTask { await events.run() }
            group.addTask { await resync(memory, relays) }
            // Ports are read back before any is given out.
            if await waitUntilSynced(memory, relays) { await work(reconciler, memory, &group) }
            group.cancelAll()
        }
    }

    /// The API server's version, as soon as it says it; `nil` once the task is cancelled.
    private func serverVersion() async -> ServerVersion? {
        var backoff = Backoff(base: .milliseconds(500), limit: .seconds(30))
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            do {
                let text = try await client.serverVersion()
                logger.info("API server found", metadata: ["version": "\(text)"])
                return ServerVersion(text) ?? .newest
            } catch {
                logger.warning("API server's version can't be read, retrying", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: backoff.next(using: &generator))
            }
        }
        return nil
    }

    // MARK: Watches

    private func watch(_ kind: WatchedKind) -> ObjectWatch {
        switch kind {
        case .destinations: return client.watch(kind.type)
        case .services: return client.watch(kind.type)
        case .policies: return client.watch(kind.type, in: settings.installNamespace)
        case .namespaces: return client.watch(kind.type, labels: settings.namespaceSelector)
        }
    }

    private func follow(_ kind: WatchedKind, _ memory: ControllerMemory) async {
        var isTold = false
        for await event in watch(kind) {
            memory.receive(event, of: kind)
            switch event {
            case .restarted, .present, .unreadable, .deleted:
                continue
            case .synced, .resumed:
                if isTold { logger.info("changes are heard of again", metadata: ["of": "\(kind)"]) }
                isTold = false
                memory.wake()
            case .interrupted(let error):
                if !isTold {
                    logger.warning(
                        "changes are noticed late: a watch was interrupted",
                        metadata: ["of": "\(kind)", "error": "\(error)"]
                    )
                }
                isTold = true
            }
            for (resource, condition) in memory.read({ $0.conditions(of: kind) }) { board.set(resource, condition) }
        }
    }

    // MARK: Work

    /// - Returns: Whether it came to that before the task was cancelled.
    private func waitUntilSynced(_ memory: ControllerMemory, _ relays: RelayObserver) async -> Bool {
        let deadline = ContinuousClock.now + Self.patience
        let timer = Task {
            try await Task.sleep(until: deadline)
            memory.wake()
        }
        defer { timer.cancel() }
        var iterator = memory.signals.makeAsyncIterator()
        while !memory.read(\.isSynced) || !(relays.isSettled || .now >= deadline) {
            guard await iterator.next() != nil, !Task.isCancelled else { return false }
        }
        memory.begin()
        memory.tidy(unless: relays.mayServe)
        let keys = memory.read(\.keys)
        logger.info("the cluster is known", metadata: ["destinations": "\(keys.count)"])
        memory.enqueue(keys)
        return true
    }

    private func work(_ reconciler: Reconciler, _ memory: ControllerMemory, _ group: inout DiscardingTaskGroup) async {
        var iterator = memory.signals.makeAsyncIterator()
        while !Task.isCancelled {
            while let key = memory.next(atMost: Self.workers) {
                group.addTask { memory.finished(key, await reconciler.reconcile(key)) }
            }
            let due = memory.nextDue()
            let timer = due.map { due in
                Task {
                    try await Task.sleep(until: due)
                    memory.wake()
                }
            }
            let isOver = await iterator.next() == nil
            timer?.cancel()
            if isOver { return }
        }
    }

    /// Has every Destination looked at once per interval, a few at a time.
    private func resync(_ memory: ControllerMemory, _ relays: RelayObserver) async {
        let tick = min(max(settings.resync / 100, .milliseconds(100)), .seconds(2))
        var rest: [ObjectKey] = []
        var portion = 0
        var next = ContinuousClock.now
        while (try? await Task.sleep(for: tick)) != nil {
            memory.tidy(unless: relays.mayServe)
            guard memory.read(\.isSynced) else { continue }
            if rest.isEmpty {
                guard .now >= next else { continue }
                next = .now + settings.resync
                board.resynced(at: .now)
                rest = Array(memory.read(\.keys))
                portion = max(1, Int((Double(rest.count) * (tick / settings.resync)).rounded(.up)))
            }
            memory.enqueue(rest.suffix(portion))
            rest.removeLast(min(portion, rest.count))
        }
    }
}

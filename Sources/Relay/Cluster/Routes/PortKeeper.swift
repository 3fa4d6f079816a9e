import DestinationModel
import Kubernetes
import Logging
import RelayRoutes

/// Keeps the open ports the same as the claims: each port goes its own way from what it is to what it should be, one step
/// at a time, and all of them side by side.
actor PortKeeper {
    /// How far a port has come. Only `open` and `failed` wait for something new to happen.
    private enum State {
        /// To `open` or `failed`.
        case opening(RouteClaim)
        /// To `closing`, or to `open` with another claim.
        case open(RouteClaim)
        /// To nothing.
        case closing
        /// It can't be had for now. To `opening` after a pause, to `closing` when the claim changes.
        case failed(RouteClaim, retry: Task<Void, Never>)
    }

    private let ports: any RoutePorts
    private let logger: Logger
    private let backoff: Backoff
    private let failuresChanged: @Sendable (Int) -> Void
    private var wanted: [Int: RouteClaim] = [:]
    private var states: [Int: State] = [:]
    /// How often a port couldn't be had in a row.
    private var attempts: [Int: Backoff] = [:]
    /// Ports that are being opened or closed.
    private var moving = 0
    private var settlers: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - backoff: the pauses between attempts to get a port that can't be had.
    ///   - failuresChanged: told how many ports can't be had.
    init(
        _ ports: any RoutePorts,
        backoff: Backoff = Backoff(base: .seconds(1), limit: .seconds(30)),
        logger: Logger,
        failuresChanged: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.ports = ports
        self.backoff = backoff
        self.logger = logger
        self.failuresChanged = failuresChanged
    }

    /// Says what a port should be; `nil` for closed.
    func want(_ claim: RouteClaim?, on port: Int) {
        wanted[port] = claim
        step(port)
    }

    /// Returns once no port is on its way: each is open, or closed, or can't be had.
    func settled() async {
        guard moving > 0 else { return }
        await withCheckedContinuation { settlers.append($0) }
    }

    /// Gives up trying.
    func stop() {
        for case .failed(_, let retry) in states.values { retry.cancel() }
    }

    // MARK: Inside

    private func step(_ port: Int) {
        let claim = wanted[port]
        switch states[port] {
        case nil:
            if let claim { open(claim) }
        case .opening, .closing:
            // Whoever does that comes back here.
            break
        case .open(let current):
            guard claim != current else { return }
            if let claim, claim.isRetargeting(current) {
                states[port] = .open(claim)
                ports.retarget(claim)
                logger.notice("route leads elsewhere", metadata: Self.metadata(claim))
            } else {
                close(current)
            }
        case .failed(let failed, let retry):
            guard claim != failed else { return }
            retry.cancel()
            forgetFailures(port)
            close(failed)
        }
    }

    private func open(_ claim: RouteClaim) {
        states[claim.port] = .opening(claim)
        moving += 1
        Task {
            do {
                try await ports.open(claim)
                opened(claim)
            } catch {
                failed(claim, error)
            }
        }
    }

    private func opened(_ claim: RouteClaim) {
        states[claim.port] = .open(claim)
        if forgetFailures(claim.port) {
            logger.notice("port could be had at last", metadata: Self.metadata(claim))
        }
        logger.debug("route is open", metadata: Self.metadata(claim))
        moved(claim.port)
    }

    private func failed(_ claim: RouteClaim, _ error: any Error) {
        if attempts[claim.port] == nil {
            var metadata = Self.metadata(claim)
            metadata["problem"] = "\(error)"
            logger.error("port can't be opened, this is tried again and again", metadata: metadata)
        }
        var generator = SystemRandomNumberGenerator()
        let pause = attempts[claim.port, default: backoff].next(using: &generator)
        failuresChanged(attempts.count)
        let retry = Task {
            guard (try? await Task.sleep(for: pause)) != nil else { return }
            self.retry(claim)
        }
        states[claim.port] = .failed(claim, retry: retry)
        moved(claim.port)
    }

    /// - Returns: whether there were any.
    @discardableResult
    private func forgetFailures(_ port: Int) -> Bool {
        guard attempts.removeValue(forKey: port) != nil else { return false }
        failuresChanged(attempts.count)
        return true
    }

    private func retry(_ claim: RouteClaim) {
        // Cancelled and replaced meanwhile, by another attempt perhaps.
        guard !Task.isCancelled, case .failed(let failed, _) = states[claim.port], failed == claim else { return }
        open(claim)
    }

    private func close(_ claim: RouteClaim) {
        states[claim.port] = .closing
        moving += 1
        Task {
            await ports.close(port: claim.port)
            states[claim.port] = nil
            logger.info("route is closed", metadata: Self.metadata(claim))
            moved(claim.port)
        }
    }

    private func moved(_ port: Int) {
        moving -= 1
        step(port)
        guard moving == 0 else { return }
        for settler in settlers { settler.resume() }
        settlers = []
    }

    private static func metadata(_ claim: RouteClaim) -> Logger.Metadata {
        ["route": "\(claim.route)", "port": "\(claim.port)", "destination": "\(claim.route.destination.destination)"]
    }
}

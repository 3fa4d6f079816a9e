internal import DequeModule

/// Decides which token request is sent and when. Sends nothing and has no clock.
///
/// Shares take turns. A share and a token service each have a bounded number of requests at a time, so services that don't
/// answer delay the share that names them and leave the HTTP client to the others.
struct TokenRequestQueue {
    struct Limits: Sendable {
        /// Requests at a time.
        var requests = 64
        /// Of these, requests of one share.
        var requestsPerShare = 16
        /// Requests of one share to one service.
        var requestsPerShareAndService = 8
        /// Requests to one service.
        var requestsPerService = 16
        /// Requests of one share that may wait.
        var waitingPerShare = 256
        /// How long a request may wait: as long as a transaction waits for a session.
        var timeLimit = Duration.seconds(30)
    }

    /// What the caller has to do.
    enum Action: Hashable {
        /// Send a request, and report with ``TokenRequestQueue/finished(_:at:)``.
        case start(TokenRequestKey, share: String)
        /// The request isn't sent: its share has too many, or it has waited for too long.
        case refuse(TokenRequestKey, share: String)
    }

    private struct Request {
        let key: TokenRequestKey
        let service: String
        let since: ContinuousClock.Instant
    }

    private struct Share {
        var waiting: [Request] = []
        var running = 0
        var runningByService: [String: Int] = [:]
        /// Whether it stands in ``turns``.
        var hasTurn = false

        var isUnused: Bool { waiting.isEmpty && running == 0 }

        mutating func started(_ service: String) {
            running += 1
            runningByService[service, default: 0] += 1
        }

        mutating func finished(_ service: String) {
            running -= 1
            TokenRequestQueue.decrement(&runningByService, service)
        }
    }

    private let limits: Limits
    private var shares: [String: Share] = [:]
    /// Shares with requests that wait, and with room for one, in the order of their turns.
    private var turns: Deque<String> = []
    private var running: [TokenRequestKey: (share: String, service: String)] = [:]
    private var runningByService: [String: Int] = [:]

    init(_ limits: Limits = Limits()) {
        self.limits = limits
    }

    var runningCount: Int { running.count }
    var waitingCount: Int { shares.values.reduce(0) { $0 + $1.waiting.count } }

    /// A token is needed.
    ///
    /// - Parameters:
    ///   - key: not in the queue yet, and not running.
    ///   - service: the token service's origin.
    ///   - share: the namespace, or whatever else takes turns with the others.
    mutating func add(
        _ key: TokenRequestKey,
        to service: String,
        share: String,
        at now: ContinuousClock.Instant
    ) -> [Action] {
        guard shares[share]?.waiting.count ?? 0 < limits.waitingPerShare else { return [.refuse(key, share: share)] }
        shares[share, default: Share()].waiting.append(Request(key: key, service: service, since: now))
        takePlace(share)
        return startMore(at: now)
    }

    /// A request has ended.
    mutating func finished(_ key: TokenRequestKey, at now: ContinuousClock.Instant) -> [Action] {
        guard let (share, service) = running.removeValue(forKey: key) else { return [] }
        Self.decrement(&runningByService, service)
        shares[share]?.finished(service)
        takePlace(share)
        if shares[share]?.isUnused == true { shares[share] = nil }
        return startMore(at: now)
    }

    private static func decrement(_ counts: inout [String: Int], _ key: String) {
        let rest = (counts[key] ?? 0) - 1
        counts[key] = rest > 0 ? rest : nil
    }

    private mutating func takePlace(_ name: String) {
        guard let share = shares[name], !share.hasTurn, !share.waiting.isEmpty,
            share.running < limits.requestsPerShare
        else { return }
        shares[name]?.hasTurn = true
        turns.append(name)
    }

    /// Each share in ``turns`` is asked until none has a request that may be sent.
    private mutating func startMore(at now: ContinuousClock.Instant) -> [Action] {
        var actions: [Action] = []
        var blocked: [String] = []
        while running.count < limits.requests, let name = turns.popFirst() {
            shares[name]?.hasTurn = false
            actions += refuseLate(name, at: now)
            if let request = next(name) {
                start(request, of: name)
                actions.append(.start(request.key, share: name))
                takePlace(name)
            } else {
                blocked.append(name)
            }
        }
        // Their services have no room: they keep their places.
        for name in blocked.reversed() where shares[name]?.waiting.isEmpty == false {
            shares[name]?.hasTurn = true
            turns.prepend(name)
        }
        for name in blocked where shares[name]?.isUnused == true { shares[name] = nil }
        return actions
    }

    private mutating func refuseLate(_ name: String, at now: ContinuousClock.Instant) -> [Action] {
        // The oldest are first.
        let late = shares[name]?.waiting.prefix { now - $0.since >= limits.timeLimit } ?? []
        shares[name]?.waiting.removeFirst(late.count)
        return late.map { .refuse($0.key, share: name) }
    }

    /// Takes the share's next request: of those whose service has room, that of the service with the fewest requests, and
    /// of these the oldest.
    private mutating func next(_ name: String) -> Request? {
        guard let share = shares[name] else { return nil }
        var best: (index: Int, running: Int)?
        for (index, request) in share.waiting.enumerated() {
            let own = share.runningByService[request.service] ?? 0
            guard own < best?.running ?? limits.requestsPerShareAndService,
                runningByService[request.service] ?? 0 < limits.requestsPerService
            else { continue }
            best = (index, own)
            if own == 0 { break }
        }
        return best.flatMap { shares[name]?.waiting.remove(at: $0.index) }
    }

    private mutating func start(_ request: Request, of share: String) {
        running[request.key] = (share, request.service)
        runningByService[request.service, default: 0] += 1
        shares[share]?.started(request.service)
    }
}

import DestinationModel
import DestinationSources
import Synchronization
import UpstreamPool

/// Decides for the pools of all event loops when a session may be opened, by host and account. May be used from any
/// thread; the lock is held for single decisions.
final class OpeningPacer: Sendable {
    /// A name and port.
    struct Host: Hashable, Sendable {
        let name: String
        let port: Int
    }

    /// Who logs in. The secret belongs to it: a destination with a wrong password doesn't slow the one with the right one.
    struct Account: Hashable, Sendable {
        let authentication: MailDestination.Authentication
        /// Decides which token is used, where one is.
        let tenant: String?
    }

    typealias Machine = HostPacer<Account, UpstreamFailure>

    /// One attempt to open a session, from the first request on.
    struct Attempt: Sendable {
        fileprivate let id: Int
        fileprivate let host: Host
        fileprivate let account: Account
        /// When it was granted.
        fileprivate(set) var start: ContinuousClock.Instant?
    }

    private struct State {
        var hosts: [Host: Machine] = [:]
        /// What is called when a postponed attempt should ask again.
        var wakers: [Int: @Sendable () -> Void] = [:]
        var lastID = 0
        /// When past failures are looked through.
        var nextSweep: ContinuousClock.Instant?

        /// Changes a host's machine. A host that works has none before and after.
        mutating func change<Result>(
            _ host: Host,
            _ pauses: OpeningPauses,
            _ body: (inout Machine) -> Result
        ) -> Result {
            // Taken out, lest it be copied.
            var machine = hosts.removeValue(forKey: host) ?? Machine(pauses: pauses)
            defer { if !machine.isIdle { hosts[host] = machine } }
            return body(&machine)
        }
    }

    private let pauses: OpeningPauses
    private let clock = ContinuousClock()
    private let state = Mutex(State())

    init(pauses: OpeningPauses) {
        self.pauses = pauses
    }

    /// How many hosts have failed lately.
    var hostCount: Int { state.withLock { $0.hosts.count } }

    /// A new attempt, which hasn't asked yet.
    func attempt(for key: UpstreamKey) -> Attempt {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let destination = key.destination
        let tenant: String? =
            switch destination.authentication {
            case .none, .basic: nil
            case .oauth2ClientCredentials: key.route.tenant
            }
        return Attempt(
            id: id,
            host: Host(name: destination.host.lowercased(), port: destination.port),
            account: Account(authentication: destination.authentication, tenant: tenant)
        )
    }

    /// Asks whether an attempt may start; if so, its end is to be reported.
    /// - Parameter wake: called, on any thread, when it should ask again.
    func request(_ attempt: inout Attempt, wake: @escaping @Sendable () -> Void) -> Machine.Answer {
        let now = clock.now
        let (answer, woken) = state.withLock { state in
            sweep(&state, at: now)
            let (answer, woken) = state.change(attempt.host, pauses) {
                $0.request(attempt.id, for: attempt.account, at: now)
            }
            switch answer {
            case .granted: state.wakers[attempt.id] = nil
            case .postponed: state.wakers[attempt.id] = wake
            }
            return (answer, woken.compactMap { state.wakers[$0] })
        }
        if case .granted = answer { attempt.start = now }
        for wake in woken { wake() }
        return answer
    }

    /// Takes an attempt back that was not granted.
    func withdraw(_ attempt: Attempt) {
        change(attempt) { $0.withdraw(attempt.id, for: attempt.account, at: $1) }
    }

    /// A granted attempt has ended.
    /// - Returns: until when the account pauses.
    @discardableResult
    func ended(_ attempt: Attempt, _ outcome: Machine.Outcome) -> ContinuousClock.Instant? {
        change(attempt) { machine, now in
            machine.ended(
                attempt.id,
                of: attempt.account,
                startedAt: attempt.start ?? now,
                outcome,
                jitter: .random(in: 0..<1),
                at: now
            )
        }
    }

    @discardableResult
    private func change(
        _ attempt: Attempt,
        _ body: (inout Machine, ContinuousClock.Instant) -> [Int]
    ) -> ContinuousClock.Instant? {
        let now = clock.now
        let (woken, until) = state.withLock { state in
            state.wakers[attempt.id] = nil
            let (woken, until) = state.change(attempt.host, pauses) { machine in
                (body(&machine, now), machine.pausedUntil(attempt.account))
            }
            return (woken.compactMap { state.wakers[$0] }, until)
        }
        for wake in woken { wake() }
        return until
    }

    private func sweep(_ state: inout State, at now: ContinuousClock.Instant) {
        guard now >= state.nextSweep ?? now else { return }
        state.nextSweep = now + .seconds(60)
        for host in state.hosts.keys where state.hosts[host]?.forget(at: now) == true { state.hosts[host] = nil }
    }
}

import NIOCore
import SMTP

/// Gets the session of a transaction, and another one where the envelope moves.
///
/// Belongs to its event loop.
final class SessionAcquisition {
    enum Outcome {
        case lease(SessionLease)
        case failure(UpstreamFailure)
        /// The envelope has moved for as long as it may.
        case limitReached
    }

    private let endpoint: RouteEndpoint
    private var schedule: MoveSchedule
    private var ticket: BorrowTicket?
    private var pause: Scheduled<Void>?
    private var limit: Scheduled<Void>?
    private var answer: ((Outcome) -> Void)?

    /// - Parameter limit: how long a transaction may wait for a session.
    init(endpoint: RouteEndpoint, limit: Duration) {
        self.endpoint = endpoint
        schedule = MoveSchedule(limit: limit)
    }

    /// Asks for a session; `answer` may be called before this returns, and is called once unless the request is
    /// cancelled.
    func begin(_ need: SessionNeed, for user: any SessionUser, _ answer: @escaping (Outcome) -> Void) {
        cancel()
        self.answer = answer
        let turn = schedule.turn(for: need, at: endpoint.loop.now)
        // The pool has the same limit for a first request.
        if need != .any, turn != .never, let deadline = schedule.deadline {
            limit = endpoint.loop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
                self?.conclude(.limitReached)
            }
        }
        switch turn {
        case .now:
            ask(for: user, need)
        case .after(let delay):
            pause = endpoint.loop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [weak self] in
                self?.pause = nil
                self?.ask(for: user, need)
            }
        case .never:
            conclude(.limitReached)
        }
    }

    /// Takes the request back: it isn't answered any more.
    func cancel() {
        answer = nil
        pause?.cancel()
        pause = nil
        limit?.cancel()
        limit = nil
        ticket?.cancel()
        ticket = nil
    }

    private func ask(for user: any SessionUser, _ need: SessionNeed) {
        let ticket = endpoint.borrow(for: user, fresh: need == .replacement) { [self] result in
            // What is answered can't be cancelled any more.
            self.ticket = nil
            switch result {
            case .success(let lease): conclude(.lease(lease))
            case .failure(let failure): conclude(.failure(failure))
            }
        }
        if answer != nil { self.ticket = ticket }
    }

    private func conclude(_ outcome: Outcome) {
        let answer = answer
        cancel()
        answer?(outcome)
    }
}

@available(*, unavailable)
extension SessionAcquisition: Sendable {}

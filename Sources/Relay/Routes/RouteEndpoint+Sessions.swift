import NIOCore
import SMTP

/// A session, for one transaction.
struct SessionLease {
    let session: Session
    /// Whether it has served others before.
    let isReused: Bool
    /// Where it belongs.
    weak var pool: RoutePool?
}

extension RouteEndpoint {
    /// Asks for a session; `answer` may be called before this returns.
    func borrow(
        for user: any SessionUser,
        fresh: Bool,
        _ answer: @escaping (Result<SessionLease, UpstreamFailure>) -> Void
    ) -> BorrowTicket {
        let ticket = BorrowTicket()
        borrow(for: user, fresh: fresh, ticket, answer)
        return ticket
    }

    private func borrow(
        for user: any SessionUser,
        fresh: Bool,
        _ ticket: BorrowTicket,
        _ answer: @escaping (Result<SessionLease, UpstreamFailure>) -> Void
    ) {
        withPool { [self] found in
            guard !ticket.isCancelled else { return }
            switch found {
            case .failure(let failure):
                answer(.failure(failure))
            case .success(let pool):
                let number = pool.borrow(for: user, fresh: fresh) { [weak pool] result in
                    switch result {
                    case .success(let loan):
                        self.capabilities.learned(loan.session.capabilities)
                        answer(.success(SessionLease(session: loan.session, isReused: loan.isReused, pool: pool)))
                    case .failure(let failure) where failure.kind == .draining && !self.isDraining:
                        // The destination has changed while this one waited: it gets a session of the new one.
                        self.borrow(for: user, fresh: fresh, ticket, answer)
                    case .failure(let failure):
                        answer(.failure(failure))
                    }
                }
                ticket.waits(in: pool, as: number)
            }
        }
    }

    // MARK: Capabilities

    /// Tells what the mail server offers, asking it first if that isn't known; nil when it can't be had in time and no
    /// session was open before.
    func learnCapabilities(_ answer: @escaping (Capabilities?) -> Void) {
        let (found, startsProbe) = capabilities.ask(at: loop.now)
        switch found {
        case .known(let capabilities): answer(capabilities)
        case .unknown(let former): answer(former)
        case .pending:
            learners.append(answer)
            if learnLimit == nil {
                learnLimit = loop.assumeIsolated().scheduleTask(in: TimeAmount(limits.capabilityWait)) { [weak self] in
                    guard let self else { return }
                    self.answerLearners(self.capabilities.waitLimitReached(at: self.loop.now))
                }
            }
        }
        if startsProbe { probeCapabilities() }
    }

    private func probeCapabilities() {
        _ = borrow(for: CapabilityLearner(), fresh: false) { [self] result in
            // Back first: those who are answered now may want it.
            let lease = try? result.get()
            lease?.session.giveBack(needsReset: false)
            answerLearners(capabilities.probeEnded(lease?.session.capabilities, at: loop.now))
        }
    }

    private func answerLearners(_ answer: CapabilityCache.Answer) {
        learnLimit?.cancel()
        learnLimit = nil
        let waiting = learners
        learners = []
        switch answer {
        case .known(let capabilities): waiting.forEach { $0(capabilities) }
        case .unknown(let former): waiting.forEach { $0(former) }
        case .pending: learners = waiting
        }
    }
}

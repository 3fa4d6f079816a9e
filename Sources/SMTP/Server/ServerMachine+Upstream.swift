import NIOCore

extension Reply {
    /// Whether this can be a reply to such a request: a refusal always, 354 to DATA alone, success to all else.
    fileprivate func isAnswer(to expectation: ClientExpectation) -> Bool {
        isTransient || isPermanent || (expectation == .data ? code == 354 : isPositive)
    }
}

// What the session with the mail server, and the pool that lends it, have to say.
extension ServerMachine {
    /// What the route's mail server offers; nil when nobody knows, since it can't be reached.
    public mutating func learned(_ capabilities: Capabilities?) {
        guard case .learning = state else { return }
        state = .idle
        self.capabilities = capabilities ?? Capabilities()
        answer(self.capabilities.ehloReply(profile))
        leaveIfDraining()
    }

    /// A session is ours for this transaction.
    /// - Parameter isReused: whether it has served others before.
    public mutating func borrowed(_ capabilities: Capabilities, isReused: Bool) {
        guard case .borrowing(var transaction, let whileDataAsked) = state else { return }
        self.capabilities = capabilities
        transaction.isSessionReused = isReused
        switch transaction.sender {
        case .held where transaction.hasBeenRepeated:
            // It was answered before its first session went.
            state = .envelope(transaction)
        case .held:
            open(transaction)
        case .sent:
            actions.append(.mail(capabilities.forwardable(transaction.mail)))
            transaction.repeatable.forEach { send($0) }
            state = whileDataAsked ? .dataAsked(transaction) : .envelope(transaction)
        case .accepted, .refused:
            state = .envelope(transaction)
        }
    }

    private mutating func open(_ transaction: Transaction) {
        var transaction = transaction
        if let refusal = capabilities.refusal(ofSender: transaction.mail, ourLimit: profile.limits.messageLimit) {
            state = .idle
            actions.append(.giveBack(needsReset: false))
            actions.append(.finished(.refused(.mail)))
            answer(refusal)
            return leaveIfDraining()
        }
        // Without pipelining MAIL would cost the same round trip later.
        transaction.isMailAnsweredByUs = profile.limits.answersMailLocally && capabilities.pipelining
        if transaction.isMailAnsweredByUs {
            answer(Reply(250, "2.1.0 OK"))
        } else {
            transaction.sender = .sent
            actions.append(.mail(capabilities.forwardable(transaction.mail)))
            slots.append(.upstream(.mail))
        }
        state = .envelope(transaction)
    }

    /// No session can be had.
    public mutating func borrowFailed(_ reply: Reply) {
        guard case .borrowing(let transaction, let whileDataAsked) = state else { return }
        guard transaction.hasBeenRepeated else {
            actions.append(.finished(.failed(.mail)))
            guard reply.code != 421 else {
                state = .idle
                return close(with: reply)
            }
            state = .idle
            answer(reply)
            return leaveIfDraining()
        }
        fail(transaction, reply.code == 421 ? reply.replacingCode(with: 451) : reply, isDataAsked: whileDataAsked)
    }

    /// The session has answered.
    public mutating func replied(_ expectation: ClientExpectation, _ reply: Reply) {
        guard hasSession else { return }
        if reply.code == 421 {
            // It closes its connection; ours stays.
            actions.append(.cut)
            return sessionEnded(reply.replacingCode(with: 451), isAmbiguous: false)
        }
        guard reply.isAnswer(to: expectation) else {
            // It has lost its way: what it says next can't be trusted, and its text doesn't belong to a 451.
            actions.append(.cut)
            return sessionEnded(Self.unexpectedReply, isAmbiguous: true)
        }
        switch state {
        case .envelope(var transaction):
            envelope(&transaction, expectation, reply)
            state = .envelope(transaction)
            endIfSenderIsRefused(transaction)
        case .dataAsked(var transaction):
            guard expectation == .data else {
                envelope(&transaction, expectation, reply)
                state = .dataAsked(transaction)
                return
            }
            dataAnswered(transaction, reply)
        case .verdict(let octets) where expectation == .endOfData:
            // Nothing else may ever be taken for the verdict.
            verdict(octets, reply)
        case .content where reply.isPermanent || reply.isTransient:
            // Nothing was asked for: the server gives up in the midst of the message.
            actions.append(.cut)
            sessionEnded(reply, isAmbiguous: false)
        case .idle, .learning, .borrowing, .content, .discarding, .verdict, .failed, .closed:
            break
        }
    }

    /// The session is gone.
    /// - Parameter reply: what the client is to hear.
    public mutating func sessionLost(_ reply: Reply) {
        sessionEnded(reply, isAmbiguous: true)
    }

    private static let unexpectedReply = Reply(451, "4.5.0 unexpected reply from the mail server")

    // MARK: Inside

    /// Whether a session is ours now; what others say is none of our business.
    private var hasSession: Bool {
        switch state {
        case .envelope, .dataAsked, .content, .verdict: true
        case .idle, .learning, .borrowing, .discarding, .failed, .closed: false
        }
    }

    /// Fills the first gap in the replies that are owed.
    private mutating func fill(_ reply: Reply) {
        let gap = slots.firstIndex { slot in if case .upstream = slot { true } else { false } }
        guard let gap else { return }
        slots[gap] = .ready(reply)
        releaseReplies()
    }

    private mutating func envelope(
        _ transaction: inout Transaction,
        _ expectation: ClientExpectation,
        _ reply: Reply
    ) {
        switch expectation {
        case .mail:
            guard transaction.sender == .sent else { return }
            transaction.repeatable = []
            transaction.sender = reply.isPositive ? .accepted : .refused(reply)
            guard transaction.isMailAnsweredByUs else { return fill(reply) }
            if !reply.isPositive {
                actions.append(.finished(.refused(.mail)))
                transaction.isCounted = true
            }
        case .recipient:
            if case .refused(let refusal) = transaction.sender, transaction.isMailAnsweredByUs {
                return fill(refusal)
            }
            if reply.isPositive { transaction.recipientsAccepted += 1 }
            fill(reply)
        case .greeting, .ehlo, .authentication, .data, .endOfData, .reset, .quit:
            break
        }
    }

    private mutating func dataAnswered(_ transaction: Transaction, _ reply: Reply) {
        guard reply.code == 354 else {
            slots.removeAll { $0 == .upstream(.data) }
            var transaction = transaction
            if !transaction.hasOpenRefusal, !transaction.isCounted {
                actions.append(.finished(.refused(.data)))
                transaction.isCounted = true
            }
            state = .envelope(transaction)
            endIfSenderIsRefused(transaction)
            return refuseData(reply)
        }
        fill(reply)
        state = .content(
            ContentDecoder(
                discipline: hasSentCRLF ? .crlf : .lf,
                lineLimit: profile.limits.textLineLimit,
                sizeLimit: capabilities.messageLimit(ours: profile.limits.messageLimit)
            )
        )
    }

    /// A MAIL that the mail server has refused leaves no transaction behind: others may have the session. Where MAIL was
    /// answered by us, the application goes on to hear of the refusal until it begins anew.
    private mutating func endIfSenderIsRefused(_ transaction: Transaction) {
        guard case .refused(let refusal) = transaction.sender, !awaitsReply else { return }
        state = transaction.hasOpenRefusal ? .idle : .failed(refusal)
        actions.append(.giveBack(needsReset: false))
        if !transaction.isCounted { actions.append(.finished(.refused(.mail))) }
        leaveIfDraining()
    }

    private mutating func verdict(_ octets: Int, _ reply: Reply) {
        state = .idle
        errors = 0
        idleCommands = 0
        actions.append(.giveBack(needsReset: false))
        actions.append(.finished(reply.isPositive ? .accepted(octets: octets) : .refused(.endOfData)))
        fill(reply)
        closeIfApplicationIsGone()
        leaveIfDraining()
    }

    private mutating func sessionEnded(_ reply: Reply, isAmbiguous: Bool) {
        switch state {
        case .envelope(let transaction):
            repeatOrFail(transaction, reply, whileDataAsked: false)
        case .dataAsked(let transaction):
            repeatOrFail(transaction, reply, whileDataAsked: true)
        case .content(let decoder):
            state = .discarding(decoder, reply, .failed(.content))
        case .verdict:
            state = .idle
            actions.append(.finished(isAmbiguous ? .ambiguous : .refused(.endOfData)))
            fill(reply)
            closeIfApplicationIsGone()
            leaveIfDraining()
        case .idle, .learning, .borrowing, .discarding, .failed, .closed:
            break
        }
    }

    /// Before MAIL was answered nothing has happened upstream: another session takes over, once. Afterwards nothing is
    /// ever repeated.
    private mutating func repeatOrFail(_ transaction: Transaction, _ reply: Reply, whileDataAsked: Bool) {
        var transaction = transaction
        switch transaction.sender {
        case .held where !transaction.hasBeenRepeated,
            .sent where transaction.isSessionReused && !transaction.hasBeenRepeated:
            transaction.hasBeenRepeated = true
            state = .borrowing(transaction, whileDataAsked: whileDataAsked)
            actions.append(.borrow(fresh: true))
        case .held, .sent, .accepted, .refused:
            fail(transaction, reply, isDataAsked: whileDataAsked)
        }
    }

    private mutating func fail(_ transaction: Transaction, _ reply: Reply, isDataAsked: Bool) {
        state = .failed(reply)
        if !transaction.isCounted { actions.append(.finished(.failed(isDataAsked ? .data : .recipient))) }
        let isDataRefused = slots.last == .upstream(.data)
        if isDataRefused { slots.removeLast() }
        slots = slots.map { slot in
            switch slot {
            case .ready: slot
            case .upstream: .ready(reply)
            }
        }
        releaseReplies()
        if isDataRefused { refuseData(reply) }
        leaveIfDraining()
    }

    private mutating func closeIfApplicationIsGone() {
        guard isApplicationGone else { return }
        state = .closed
        slots = []
    }
}

import NIOCore

extension Reply {
    /// Whether this can be a reply to such a request: a refusal always, 354 to DATA alone, success to all else.
    fileprivate func isAnswer(to expectation: ClientExpectation) -> Bool {
        isTransient || isPermanent || (expectation == .data ? code == 354 : isPositive)
    }
}

// What the session with the mail server, and the pool that lends it, have to say.
extension ServerMachine {
    /// What the route's mail server offers; nil while that isn't known, since it can't be reached: then EHLO offers all
    /// that the relay can pass, and what the server lacks is refused at the first RCPT.
    public mutating func learned(_ capabilities: Capabilities?) {
        guard case .learning = state else { return }
        state = .idle
        self.capabilities = capabilities ?? .passable
        answer(self.capabilities.ehloReply(profile))
        leaveIfDraining()
    }

    /// A session is ours for this transaction.
    /// - Parameter isReused: whether it has served others before.
    public mutating func borrowed(_ capabilities: Capabilities, isReused: Bool) {
        guard case .borrowing(var transaction, let whileDataAsked) = state else { return }
        self.capabilities = capabilities
        transaction.isSessionReused = isReused
        if let refusal = capabilities.refusal(ofSender: transaction.mail, ourLimit: profile.limits.messageLimit) {
            actions.append(.giveBack(needsReset: false))
            let rejection = Rejection(.mail, refusal, .relay)
            return end(transaction, .refused(rejection), refusal, isDataAsked: whileDataAsked)
        }
        refuseUnsupportedRecipients(of: &transaction)
        guard !transaction.isSenderPromised || transaction.repeatable.contains(where: \.isRecipient) else {
            return releaseUnused(transaction, whileDataAsked: whileDataAsked)
        }
        transaction.sender = .sent
        actions.append(.mail(capabilities.forwardable(transaction.mail)))
        transaction.repeatable.forEach { send($0) }
        state = whileDataAsked ? .dataAsked(transaction) : .envelope(transaction)
    }

    /// No session can be had.
    public mutating func borrowFailed(_ reply: Reply) {
        guard case .borrowing(let transaction, let whileDataAsked) = state else { return }
        guard reply.code == 421 else {
            return end(transaction, .failed(Rejection(.mail, reply, .noSession)), reply, isDataAsked: whileDataAsked)
        }
        guard transaction.lastEnd == nil else {
            let reply = reply.replacingCode(with: 451)
            return end(transaction, .failed(Rejection(.mail, reply, .noSession)), reply, isDataAsked: whileDataAsked)
        }
        actions.append(.finished(.failed(Rejection(.mail, reply, .noSession))))
        state = .idle
        close(with: reply)
    }

    /// The envelope has moved for as long as it may: the client hears how its last session ended.
    public mutating func moveLimitReached() {
        guard case .borrowing(let transaction, let whileDataAsked) = state, let last = transaction.lastEnd else {
            return
        }
        end(transaction, .failed(last), last.reply, isDataAsked: whileDataAsked)
    }

    /// The session has answered.
    public mutating func replied(_ expectation: ClientExpectation, _ reply: Reply) {
        guard hasSession else { return }
        let throttling = reply.throttling
        if let throttling { actions.append(.throttled(throttling)) }
        if reply.code == 421 {
            // It closes its connection; ours stays.
            actions.append(.cut)
            return sessionEnded(reply.replacingCode(with: 451), .sessionEnded)
        }
        guard reply.isAnswer(to: expectation) else {
            // It has lost its way: what it says next can't be trusted, and its text doesn't belong to a 451.
            actions.append(.cut)
            return sessionEnded(Self.unexpectedReply, .sessionLost)
        }
        if let throttling, leave(throttling, expectation, reply) { return }
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
            sessionEnded(reply, .sessionEnded)
        case .idle, .learning, .borrowing, .content, .discarding, .verdict, .failed, .closed:
            break
        }
    }

    /// The session is gone.
    /// - Parameter reply: what the client is to hear.
    public mutating func sessionLost(_ reply: Reply) {
        guard hasSession else { return }
        sessionEnded(reply, .sessionLost)
    }

    private static let unexpectedReply = Reply(451, "4.5.0 unexpected reply from the mail server")

    // MARK: Inside

    /// Leaves a session whose server has too much to do, if the envelope can still move. The session goes on.
    private mutating func leave(_ throttling: Throttling, _ expectation: ClientExpectation, _ reply: Reply) -> Bool {
        let isDataAsked: Bool
        let transaction: Transaction
        switch state {
        case .envelope(let current): (transaction, isDataAsked) = (current, false)
        case .dataAsked(let current): (transaction, isDataAsked) = (current, true)
        case .idle, .learning, .borrowing, .content, .discarding, .verdict, .failed, .closed: return false
        }
        switch expectation {
        case .mail where transaction.sender == .sent: break
        case .recipient where transaction.sender == .accepted && !transaction.isRecipientAnswered: break
        case .mail, .recipient, .greeting, .ehlo, .authentication, .data, .endOfData, .reset, .quit: return false
        }
        // Replies may be due.
        actions.append(.giveBack(needsReset: true))
        let need: SessionNeed
        switch throttling {
        case .messagesOfSession: need = transaction.isSessionReused ? .replacement : .retry
        case .sessions, .rate: need = .retry
        }
        move(transaction, to: need, Rejection(.recipient, reply, .mailServer), isDataAsked)
        return true
    }

    /// Whether a session is ours now; what others say is none of our business.
    private var hasSession: Bool {
        switch state {
        case .envelope(let transaction): transaction.sender != .held
        case .dataAsked, .content, .verdict: true
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

    /// Refuses the recipients that this session can't take, each at its place among the replies.
    private mutating func refuseUnsupportedRecipients(of transaction: inout Transaction) {
        // A gap for each recipient, in the order of the requests.
        var next = slots.startIndex
        var kept: [Transaction.Request] = []
        for request in transaction.repeatable {
            guard case .recipient(let address) = request,
                let gap = slots[next...].firstIndex(of: .upstream(.recipient))
            else {
                kept.append(request)
                continue
            }
            next = gap + 1
            guard let refusal = capabilities.refusal(ofRecipient: address) else {
                kept.append(request)
                continue
            }
            slots[gap] = .ready(refusal)
            transaction.recipientsAsked -= 1
            noteRefusal(refusal, .relay, of: &transaction)
        }
        transaction.repeatable = kept
        releaseReplies()
    }

    /// Gives a session back that was only checked for, or that can take none of the recipients. The client may name
    /// another.
    private mutating func releaseUnused(_ transaction: Transaction, whileDataAsked: Bool) {
        actions.append(.giveBack(needsReset: false))
        guard whileDataAsked else {
            state = .envelope(transaction)
            return fill(Self.senderTaken)
        }
        let refusal = Reply(554, "5.5.1 no valid recipients")
        end(transaction, .refused(Rejection(.data, refusal, .relay)), refusal, isDataAsked: true)
    }

    /// Has a refused recipient logged. The first few of a transaction tell enough.
    mutating func noteRefusal(_ reply: Reply, _ cause: Rejection.Cause, of transaction: inout Transaction) {
        transaction.recipientsRefused += 1
        guard transaction.recipientsRefused <= Self.maxRefusalsLogged else { return }
        actions.append(.recipientRefused(Rejection(.recipient, reply, cause)))
    }

    /// Refused recipients of one transaction that are logged.
    static let maxRefusalsLogged = 10

    private mutating func envelope(
        _ transaction: inout Transaction,
        _ expectation: ClientExpectation,
        _ reply: Reply
    ) {
        switch expectation {
        case .mail:
            guard transaction.sender == .sent else { return }
            transaction.sender = reply.isPositive ? .accepted : .refused(reply)
            // Else the replies to the recipients tell.
            guard !transaction.isSenderPromised else { return }
            transaction.isSenderPromised = reply.isPositive
            guard transaction.isRefusalInDoubt else { return fill(reply) }
            if transaction.repeatable.isEmpty { actions.append(.reset) }
        case .recipient:
            recipientAnswered(&transaction, reply)
        case .reset:
            // The session is alive: the refusal of MAIL is one.
            if case .refused(let refusal) = transaction.sender { fill(refusal) }
        case .greeting, .ehlo, .authentication, .data, .endOfData, .quit:
            break
        }
    }

    private mutating func recipientAnswered(_ transaction: inout Transaction, _ reply: Reply) {
        guard awaitsReply else { return }
        let isFirst = !transaction.isRecipientAnswered
        transaction.isRecipientAnswered = true
        transaction.repeatable = []
        if case .refused(let refusal) = transaction.sender {
            if transaction.isSenderPromised { return fill(refusal) }
            // The session is alive: the refusal of MAIL is one.
            if isFirst, slots.first == .upstream(.mail) { fill(refusal) }
        }
        if reply.isPositive {
            transaction.recipientsAccepted += 1
        } else if !transaction.hasOpenRefusal {
            noteRefusal(reply, .mailServer, of: &transaction)
        }
        fill(reply)
    }

    private mutating func dataAnswered(_ transaction: Transaction, _ reply: Reply) {
        guard reply.code == 354 else {
            slots.removeAll { $0 == .upstream(.data) }
            var transaction = transaction
            if !transaction.hasOpenRefusal, !transaction.isCounted {
                actions.append(.finished(.refused(Rejection(.data, reply, .mailServer))))
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
        if !transaction.isCounted {
            actions.append(.finished(.refused(Rejection(.mail, refusal, .mailServer))))
        }
        leaveIfDraining()
    }

    private mutating func verdict(_ octets: Int, _ reply: Reply) {
        state = .idle
        errors = 0
        idleCommands = 0
        actions.append(.giveBack(needsReset: false))
        let outcome: TransactionOutcome =
            reply.isPositive
            ? .accepted(octets: octets, reply) : .refused(Rejection(.endOfData, reply, .mailServer))
        actions.append(.finished(outcome))
        fill(reply)
        closeIfApplicationIsGone()
        leaveIfDraining()
    }

    /// - Parameter cause: ``Rejection/Cause/sessionEnded`` where the mail server has said so; else what became of a message
    ///   whose final dot was sent is unknown.
    private mutating func sessionEnded(_ reply: Reply, _ cause: Rejection.Cause) {
        switch state {
        case .envelope(let transaction):
            moveOrEnd(transaction, reply, cause, whileDataAsked: false)
        case .dataAsked(let transaction):
            moveOrEnd(transaction, reply, cause, whileDataAsked: true)
        case .content(let decoder):
            state = .discarding(decoder, reply, .failed(Rejection(.content, reply, cause)))
        case .verdict:
            state = .idle
            let isRefusal = cause == .sessionEnded
            actions.append(
                .finished(isRefusal ? .refused(Rejection(.endOfData, reply, .mailServer)) : .ambiguous(reply))
            )
            fill(reply)
            closeIfApplicationIsGone()
            leaveIfDraining()
        case .idle, .learning, .borrowing, .discarding, .failed, .closed:
            break
        }
    }

    /// Until the client has the reply to its first recipient, another session takes over, and MAIL and RCPT are repeated.
    /// Afterwards nothing ever is.
    private mutating func moveOrEnd(
        _ transaction: Transaction,
        _ reply: Reply,
        _ cause: Rejection.Cause,
        whileDataAsked: Bool
    ) {
        if case .refused(let refusal) = transaction.sender, !transaction.isRefusalInDoubt {
            // All was said.
            let rejection = Rejection(.mail, refusal, .mailServer)
            return end(transaction, .refused(rejection), refusal, isDataAsked: whileDataAsked)
        }
        guard !transaction.isRecipientAnswered else {
            let rejection = Rejection(whileDataAsked ? .data : .recipient, reply, cause)
            return end(transaction, .failed(rejection), reply, isDataAsked: whileDataAsked)
        }
        let afterNew: SessionNeed = cause == .sessionEnded ? .retry : .another
        let need = transaction.isSessionReused ? .replacement : afterNew
        move(transaction, to: need, Rejection(.recipient, reply, cause), whileDataAsked)
    }

    private mutating func move(
        _ transaction: Transaction,
        to need: SessionNeed,
        _ reason: Rejection,
        _ whileDataAsked: Bool
    ) {
        var transaction = transaction
        transaction.sender = .held
        transaction.lastEnd = reason
        guard awaitsReply else {
            // MAIL alone was sent and answered: the next RCPT asks for a session.
            state = .envelope(transaction)
            return
        }
        state = .borrowing(transaction, whileDataAsked: whileDataAsked)
        actions.append(.borrow(need))
    }

    /// Ends a transaction that can't go on. What is owed is answered with `reply`, and so is what the client says until
    /// it begins another.
    mutating func end(
        _ transaction: Transaction,
        _ outcome: TransactionOutcome,
        _ reply: Reply,
        isDataAsked: Bool
    ) {
        state = .failed(reply)
        if !transaction.isCounted { actions.append(.finished(outcome)) }
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

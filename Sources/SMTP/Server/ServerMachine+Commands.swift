import NIOCore

extension ServerMachine {
    /// RFC 5321 §4.5.3.1.4.
    private static let longestLine = 512
    /// What SIZE, 8BITMIME, SMTPUTF8, DSN and AUTH add to MAIL and RCPT (RFC 3461 §6 and RFC 4954 §3: 500 octets each).
    private static let longestEnvelopeLine = 512 + 600 + 500
    /// Replies that are owed at the same time. More commands wait in the input, which is bounded too.
    private static let mostUnanswered = 100

    /// Reads and answers one command, or takes what is here of a refused chunk off the input.
    mutating func readCommand() -> Bool {
        guard chunkLeft == 0 else { return discardChunk() }
        if !isSkippingLine {
            switch ForeignProtocol.recognize(inbound.readableBytesView, isFirst: commandsRead == 0) {
            case .recognized(let other):
                dropConnection(speaking: other)
                return true
            case .undecided: return false
            case .none: break
            }
        }
        guard let (line, length) = commandLine() else { return false }
        let command = Command.read(line)
        if isBehindRefusedData, !command.mayFollowRefusedData(line) {
            close(with: Self.dataBehindRefusal)
            return true
        }
        switch command {
        case .rcpt:
            guard slots.count < Self.mostUnanswered, !isSenderInDoubt else { return false }
        case .data:
            // A refusal may close the connection, and must not swallow the replies that are due.
            guard !awaitsReply || mayAskForData else { return false }
        case .helo, .ehlo, .mail, .rset, .noop, .quit, .help, .vrfy, .expn, .auth, .notOffered, .bdat, .malformed,
            .unreadableData, .blank, .foreignProtocol, .unknown:
            // Only RCPT and DATA run ahead of replies that are due; all else waits its turn.
            guard !awaitsReply else { return false }
        }
        inbound.moveReaderIndex(forwardBy: length)
        if command.endsGuardOfRefusedData { isBehindRefusedData = false }
        commandsRead += 1
        carryOut(command)
        return true
    }

    /// The next line without its end, and its length with it. Over-long lines are answered here.
    private mutating func commandLine() -> (line: Substring, length: Int)? {
        let view = inbound.readableBytesView
        guard let end = view.firstIndex(of: UInt8(ascii: "\n")) else {
            if isSkippingLine {
                inbound.clear()
            } else if view.count >= Self.longestEnvelopeLine, !awaitsReply {
                isSkippingLine = true
                let start = Array(view.prefix(Command.longestVerb))
                inbound.clear()
                refuseLongLine(start)
            }
            return nil
        }
        let length = end - view.startIndex + 1
        let endsWithCRLF = length >= 2 && view[end - 1] == UInt8(ascii: "\r")
        if endsWithCRLF { hasSentCRLF = true }
        guard !isSkippingLine else {
            isSkippingLine = false
            // The CR may have gone with what was skipped: the stricter reading.
            if length == 1 { hasSentCRLF = true }
            inbound.moveReaderIndex(forwardBy: length)
            return commandLine()
        }
        let text = view[view.startIndex..<(end - (endsWithCRLF ? 1 : 0))]
        let verb = text.prefix(4).map { $0 & 0xDF }
        let isEnvelope = verb.elementsEqual("MAIL".utf8) || verb.elementsEqual("RCPT".utf8)
        guard length <= (isEnvelope ? Self.longestEnvelopeLine : Self.longestLine) else {
            guard !awaitsReply else { return nil }
            inbound.moveReaderIndex(forwardBy: length)
            refuseLongLine(text)
            return isClosed ? nil : commandLine()
        }
        guard let line = String(validating: text, as: UTF8.self) else {
            guard !awaitsReply else { return nil }
            inbound.moveReaderIndex(forwardBy: length)
            refuseLine(Reply(500, "5.5.2 line is not UTF-8"), text)
            return isClosed ? nil : commandLine()
        }
        return (line[...], length)
    }

    /// - Parameter line: the line or its start.
    private mutating func refuseLongLine(_ line: some Collection<UInt8>) {
        limitsReached.append(.commandLine)
        refuseLine(Reply(500, "5.5.2 line too long"), line)
    }

    private mutating func carryOut(_ command: Command) {
        switch command {
        case .blank:
            countIdleCommand()
        case .noop:
            answerIdleCommand(Reply(250, "2.0.0 OK"))
        case .help:
            answerIdleCommand(Reply(214, "2.0.0 MAIL FROM, RCPT TO, DATA: the rest is done for you, login included"))
        case .vrfy:
            answerIdleCommand(Reply(252, "2.0.0 cannot verify, send the message and see"))
        case .expn:
            refuse(Reply(502, "5.5.1 EXPN is not offered"))
        case .auth:
            refuse(Reply(503, "5.5.1 no login is needed here, the relay logs in for you; go on with MAIL FROM"))
        case .bdat(let size):
            discardChunk(of: size)
        case .unreadableData(let verb):
            refuseUnreadableData(verb)
        case .notOffered(verb: "STARTTLS"):
            refuse(Reply(502, "5.5.1 no TLS is needed here, the relay encrypts for you; go on with MAIL FROM"))
        case .notOffered(verb: "XEXCH50"):
            // Binary data follows a 354 (Exchange).
            refuseData(Reply(502, "5.5.1 XEXCH50 is not offered"))
        case .notOffered(let verb):
            refuse(Reply(502, "5.5.1 \(verb) is not offered"))
        case .malformed(verb: "DATA"):
            refuseData(Reply(501, "5.5.4 can't read the argument of DATA"))
        case .malformed(let verb):
            refuse(Reply(501, "5.5.4 can't read the argument of \(verb)"))
        case .unknown:
            refuse(Reply(500, "5.5.2 unknown command"))
        case .foreignProtocol(let other):
            dropConnection(speaking: other)
        case .helo:
            endTransaction()
            guard !isClosed else { return }
            answer(Reply(250, profile.name))
        case .ehlo:
            endTransaction()
            guard !isClosed else { return }
            state = .learning
            actions.append(.learnCapabilities)
        case .rset:
            endTransaction()
            answerIdleCommand(Reply(250, "2.0.0 OK"))
        case .quit:
            close(with: Reply(221, "2.0.0 \(profile.name) bye"))
        case .mail(let address):
            mail(address)
        case .rcpt(let address):
            recipient(address)
        case .data:
            data()
        }
    }

    /// No reply: the client wouldn't understand it, and what it sends must not be read as commands.
    private mutating func dropConnection(speaking other: ForeignProtocol) {
        giveUp()
        actions.append(.foreignProtocol(other))
        actions.append(.abort)
    }

    // MARK: Commands

    private mutating func mail(_ asked: EnvelopeAddress) {
        switch state {
        case .idle, .failed:
            break
        case .learning, .borrowing, .envelope, .dataAsked, .content, .discarding, .verdict, .closed:
            return refuse(Reply(503, "5.5.1 there is a MAIL already, send RSET first"))
        }
        var address = asked
        address.parameters.removeAll { $0.keyword == EnvelopeAddress.sessionCheck }
        if profile.limits.messageLimit > 0, address.declaredSize ?? 0 > profile.limits.messageLimit {
            limitsReached.append(.messageSize)
        }
        if let refusal = capabilities.refusal(ofSender: address, ourLimit: profile.limits.messageLimit) {
            state = .idle
            actions.append(.finished(.refused(Rejection(.mail, refusal, .relay))))
            return answer(refusal)
        }
        let checksSession = address.parameters.count < asked.parameters.count
        var transaction = Transaction(mail: address)
        transaction.isSenderPromised = profile.limits.answersMailLocally || checksSession
        guard !transaction.isSenderPromised || checksSession else {
            state = .envelope(transaction)
            return answer(Self.senderTaken)
        }
        idleCommands = 0
        slots.append(.upstream(.mail))
        state = .borrowing(transaction, whileDataAsked: false)
        actions.append(.borrow(.any))
    }

    static let senderTaken = Reply(250, "2.1.0 OK")

    private mutating func recipient(_ address: EnvelopeAddress) {
        if let failure { return answer(failure) }
        guard case .envelope(var transaction) = state else {
            return refuse(Reply(503, "5.5.1 MAIL first"))
        }
        if case .refused(let reply) = transaction.sender {
            return answer(reply)
        }
        if let refusal = capabilities.refusal(ofRecipient: address) {
            noteRefusal(refusal, .relay, of: &transaction)
            state = .envelope(transaction)
            return refuse(refusal)
        }
        let limit = min(profile.limits.recipientLimit, capabilities.mostRecipients ?? .max)
        guard transaction.recipientsAsked < limit else {
            let refusal = Reply(452, "4.5.3 too many recipients, \(limit) are the limit")
            limitsReached.append(.recipients)
            noteRefusal(refusal, .relay, of: &transaction)
            state = .envelope(transaction)
            return answer(refusal)
        }
        idleCommands = 0
        transaction.recipientsAsked += 1
        ask(.recipient(address), of: &transaction)
        guard transaction.sender == .held else {
            state = .envelope(transaction)
            return
        }
        state = .borrowing(transaction, whileDataAsked: false)
        actions.append(.borrow(transaction.lastEnd == nil ? .any : .replacement))
    }

    private mutating func data() {
        if let failure { return refuseData(failure) }
        guard case .envelope(var transaction) = state else {
            return refuseData(Reply(503, "5.5.1 MAIL first"))
        }
        if case .refused(let reply) = transaction.sender {
            return refuseData(reply)
        }
        guard transaction.recipientsAsked > 0 else {
            return refuseData(Reply(503, "5.5.1 RCPT first"))
        }
        guard transaction.recipientsAccepted > 0 || awaitsReply else {
            return refuseData(Reply(554, "5.5.1 no valid recipients"))
        }
        ask(.data, of: &transaction)
        state = .dataAsked(transaction)
    }

    /// Whether DATA can run ahead of the replies that are due.
    private var mayAskForData: Bool {
        guard case .envelope(let transaction) = state, transaction.recipientsAsked > 0 else { return false }
        if case .refused = transaction.sender { return false }
        return true
    }

    /// Whether it isn't known yet if the sender is refused or the session dead.
    private var isSenderInDoubt: Bool {
        guard case .envelope(let transaction) = state else { return false }
        return transaction.isRefusalInDoubt && awaitsReply
    }

    /// Sends a request to the session, if there is one already, and keeps it as long as the envelope can move.
    private mutating func ask(_ request: Transaction.Request, of transaction: inout Transaction) {
        envelopeCommands += 1
        if !transaction.isRecipientAnswered { transaction.repeatable.append(request) }
        if transaction.sender != .held { send(request) }
        switch request {
        case .recipient: slots.append(.upstream(.recipient))
        case .data: slots.append(.upstream(.data))
        }
    }

    mutating func send(_ request: Transaction.Request) {
        switch request {
        case .recipient(let address): actions.append(.recipient(capabilities.forwardable(address)))
        case .data: actions.append(.data)
        }
    }

    /// Answers DATA with a refusal. Text behind it must never be read as commands: if some is here already, the
    /// connection goes, and what comes later has to be a command that may follow.
    mutating func refuseData(_ reply: Reply) {
        answer(reply)
        guard inbound.readableBytes == 0 else {
            return close(with: Self.dataBehindRefusal)
        }
        isBehindRefusedData = true
        countError()
    }

    // MARK: Chunks

    /// Octets of a chunk where messages have no limit of ours.
    private static let mostChunk = 1 << 30

    /// BDAT, which isn't offered: its chunk follows at once. The refusal comes behind the chunk (RFC 3030 §2).
    private mutating func discardChunk(of size: Int) {
        let limit = profile.limits.messageLimit > 0 ? profile.limits.messageLimit : Self.mostChunk
        guard size <= limit else {
            limitsReached.append(.messageSize)
            answer(Self.noChunks)
            return close(with: Reply(421, "4.5.0 announced data too large, closing connection"))
        }
        chunkLeft = size
        if size == 0 { refuse(Self.noChunks) }
    }

    /// Takes what is here of the chunk off the input, unread.
    private mutating func discardChunk() -> Bool {
        let length = min(chunkLeft, inbound.readableBytes)
        guard length > 0 else { return false }
        inbound.moveReaderIndex(forwardBy: length)
        chunkLeft -= length
        contentRead += length
        if chunkLeft == 0 { refuse(Self.noChunks) }
        return true
    }

    private static let noChunks = Reply(502, "5.5.1 BDAT is not offered")

    /// Data follows that can't be told from commands.
    private mutating func refuseUnreadableData(_ verb: String) {
        answer(verb == "BDAT" ? Self.noChunks : Reply(501, "5.5.4 can't read the argument of \(verb)"))
        close(with: Self.unknownEndOfData)
    }

    private static let unknownEndOfData =
        Reply(421, "4.5.0 end of the announced data is unknown, closing connection")

    private static let dataBehindRefusal = Reply(421, "4.5.0 message data received after rejected DATA")

    /// Ends a transaction at the client's word.
    private mutating func endTransaction() {
        switch state {
        case .envelope(let transaction):
            abandon(transaction)
            state = .idle
        case .failed:
            state = .idle
        case .idle, .learning, .borrowing, .dataAsked, .content, .discarding, .verdict, .closed:
            break
        }
        leaveIfDraining()
    }

    /// Why the transaction can't go on: every further command of it hears so.
    private var failure: Reply? {
        switch state {
        case .failed(let reply): reply
        case .idle, .learning, .borrowing, .envelope, .dataAsked, .content, .discarding, .verdict, .closed: nil
        }
    }

    // MARK: Patience

    /// Answers a command that was wrong.
    private mutating func refuse(_ reply: Reply) {
        answer(reply)
        countError()
    }

    /// Answers a line that can't be read.
    private mutating func refuseLine(_ reply: Reply, _ line: some Collection<UInt8>) {
        commandsRead += 1
        guard !isBehindRefusedData else { return close(with: Self.dataBehindRefusal) }
        let command = Command.unreadable(line)
        if case .foreignProtocol(let other) = command { return dropConnection(speaking: other) }
        guard case .unreadableData = command else { return refuse(reply) }
        answer(reply)
        close(with: Self.unknownEndOfData)
    }

    private mutating func countError() {
        errors += 1
        guard errors >= profile.limits.errorLimit, !isClosed else { return }
        limitsReached.append(.errors)
        close(with: Reply(421, "4.7.0 too many errors, closing"))
    }

    private mutating func answerIdleCommand(_ reply: Reply) {
        guard !isClosed else { return }
        answer(reply)
        countIdleCommand()
    }

    private mutating func countIdleCommand() {
        idleCommands += 1
        guard idleCommands >= profile.limits.idleCommandLimit else { return }
        limitsReached.append(.idleCommands)
        close(with: Reply(421, "4.7.0 too many commands that do nothing, closing"))
    }
}

extension Command {
    /// Whether a client says this after a refusal of DATA. All else is taken for the message's text, which a client sends
    /// that didn't wait for the reply. A text that begins with such a command can't be told apart.
    fileprivate func mayFollowRefusedData(_ line: Substring) -> Bool {
        let words = line.utf8.split(separator: UInt8(ascii: " ")).count
        return switch self {
        case .mail, .rcpt, .data, .rset, .quit: true
        // Words of people too.
        case .helo, .ehlo: words == 2
        case .noop, .help: words == 1
        case .vrfy, .expn, .auth, .notOffered, .bdat, .malformed, .unreadableData, .blank, .foreignProtocol, .unknown:
            false
        }
    }

    /// Whether a client that says this has begun anew behind a refusal of DATA.
    fileprivate var endsGuardOfRefusedData: Bool {
        switch self {
        case .mail, .rset, .helo, .ehlo: true
        case .rcpt, .data, .noop, .help, .quit, .vrfy, .expn, .auth, .notOffered, .bdat, .malformed, .unreadableData,
            .blank, .foreignProtocol, .unknown:
            false
        }
    }
}

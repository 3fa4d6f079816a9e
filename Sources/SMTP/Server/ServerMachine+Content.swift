import NIOCore

extension ServerMachine {
    /// Reads a stretch of the message's text.
    mutating func readContent() -> Bool {
        guard inbound.readableBytes > 0 else { return false }
        // The client has waited for its 354, or the message's end tells where commands begin again.
        isBehindRefusedData = false
        switch state {
        case .content(var decoder):
            return forward(&decoder)
        case .discarding(var decoder, let reply, let outcome):
            return discard(&decoder, reply, outcome)
        case .idle, .learning, .borrowing, .envelope, .dataAsked, .verdict, .failed, .closed:
            return false
        }
    }

    private mutating func forward(_ decoder: inout ContentDecoder) -> Bool {
        let before = inbound.readableBytes
        var output: ByteBuffer?
        let progress = decoder.decode(&inbound, output: &output)
        let hasAdvanced = inbound.readableBytes < before
        contentRead += before - inbound.readableBytes
        if let refusal = decoder.refusal {
            if let limit = refusal.limit { limitsReached.append(limit) }
            actions.append(.cut)
            let outcome = TransactionOutcome.refused(Rejection(.content, refusal.reply, .relay))
            switch progress {
            case .more: state = .discarding(decoder, refusal.reply, outcome)
            case .end: conclude(refusal.reply, outcome)
            case .ambiguous: concludeAmbiguous(refusal.reply, outcome)
            }
            return true
        }
        if let output { actions.append(.content(output)) }
        switch progress {
        case .more:
            state = .content(decoder)
            return hasAdvanced
        case .end, .ambiguous:
            slots.append(.upstream(.endOfData))
            actions.append(.endOfData)
            state = .verdict(octets: decoder.size)
            return true
        }
    }

    private mutating func discard(
        _ decoder: inout ContentDecoder,
        _ reply: Reply,
        _ outcome: TransactionOutcome
    ) -> Bool {
        let before = inbound.readableBytes
        var nowhere: ByteBuffer?
        let progress = decoder.decode(&inbound, output: &nowhere)
        contentRead += before - inbound.readableBytes
        switch progress {
        case .more:
            state = .discarding(decoder, reply, outcome)
            return inbound.readableBytes < before
        case .end:
            conclude(reply, outcome)
        case .ambiguous:
            concludeAmbiguous(reply, outcome)
        }
        return true
    }

    /// The end of a message that was not delivered.
    mutating func conclude(_ reply: Reply, _ outcome: TransactionOutcome) {
        state = .idle
        answer(reply)
        actions.append(.finished(outcome))
        leaveIfDraining()
    }

    /// Where the message ends can't be told, so nothing behind it may be read as a command.
    private mutating func concludeAmbiguous(_ reply: Reply, _ outcome: TransactionOutcome) {
        state = .idle
        actions.append(.finished(outcome))
        answer(reply)
        close(with: Reply(421, "4.7.0 closing, since the end of the message is uncertain"))
    }
}

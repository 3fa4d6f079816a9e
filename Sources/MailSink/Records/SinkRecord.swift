/// All that the sink remembers.
struct SinkRecord {
    /// Transcripts of so many sessions are kept.
    static let transcriptLimit = 10_000
    static let violationLimit = 1000

    var counters = SinkCounters()
    var mails: [ReceivedMail] = []
    var transcripts: [Int: SinkTranscript] = [:]

    /// - Returns: the number of the new session.
    mutating func connectionOpened(keepingTranscript: Bool) -> Int {
        counters.connections += 1
        counters.openConnections += 1
        counters.mostOpenConnections = max(counters.mostOpenConnections, counters.openConnections)
        let session = counters.connections
        if keepingTranscript {
            transcripts[session] = SinkTranscript(session: session)
            transcripts[session - Self.transcriptLimit] = nil
        }
        return session
    }

    mutating func connectionClosed(_ session: Int) {
        counters.openConnections -= 1
        transcripts[session]?.isOpen = false
    }

    mutating func add(_ mail: ReceivedMail, keeping limit: Int) {
        counters.mails += 1
        counters.bytes += mail.size
        // Half at a time, so that it stays cheap.
        if mails.count >= max(limit, 1) { mails.removeFirst((mails.count + 1) / 2) }
        mails.append(mail)
    }

    mutating func addViolation(_ text: String, session: Int) {
        guard counters.violations.count < Self.violationLimit else { return }
        counters.violations.append("session \(session): \(text)")
    }
}

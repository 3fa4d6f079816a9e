internal import NIOCore
import Synchronization

/// What all connections of one sink share. Safe from any thread.
final class SinkState: Sendable {
    let configuration: SinkConfiguration
    let accounts: SinkAccounts
    let script = SinkScript()
    let record = Observed(SinkRecord())
    let onMail: @Sendable (ReceivedMail) -> Void

    private struct Settings {
        var sessionLimit: Int?
        var channels: [Int: any Channel] = [:]
        var lastMail = 0
    }

    private let settings = Mutex(Settings())

    init(
        configuration: SinkConfiguration,
        accounts: SinkAccounts,
        onMail: @escaping @Sendable (ReceivedMail) -> Void
    ) {
        self.configuration = configuration
        self.accounts = accounts
        self.onMail = onMail
    }

    var sessionLimit: Int? {
        get { settings.withLock { $0.sessionLimit } }
        set { settings.withLock { $0.sessionLimit = newValue } }
    }

    func nextMail() -> Int {
        settings.withLock {
            $0.lastMail += 1
            return $0.lastMail
        }
    }

    /// The channels of all open sessions.
    var channels: [any Channel] {
        settings.withLock { Array($0.channels.values) }
    }

    /// - Returns: the new session's number, and whether there are more now than may be.
    func opened(_ channel: any Channel) -> (session: Int, isTooMany: Bool) {
        let (session, open) = record.mutate { record in
            (
                record.connectionOpened(keepingTranscript: configuration.keepsTranscripts),
                record.counters.openConnections
            )
        }
        return settings.withLock { settings in
            settings.channels[session] = channel
            return (session, settings.sessionLimit.map { open > $0 } ?? false)
        }
    }

    func closed(_ session: Int) {
        settings.withLock { _ = $0.channels.removeValue(forKey: session) }
        record.mutate { $0.connectionClosed(session) }
    }

    func noteQuit() {
        record.mutate { $0.counters.quits += 1 }
    }

    func noteViolation(_ text: String, session: Int) {
        record.mutate { $0.addViolation(text, session: session) }
    }

    func noteLogin(_ login: SinkLogin?, session: Int) {
        record.mutate { record in
            if let login {
                record.counters.logins[login, default: 0] += 1
                record.transcripts[session]?.login = login
            } else {
                record.counters.refusedLogins += 1
            }
        }
    }

    func noteTLS(_ facts: SinkTLSFacts, session: Int) {
        record.mutate { $0.transcripts[session]?.tls = facts }
    }

    /// - Parameter line: what may be shown of the line; secrets have been taken out.
    func noteCommand(_ line: String, verb: String?, session: Int) {
        record.mutate { record in
            if let verb { record.counters.commands[verb, default: 0] += 1 }
            record.transcripts[session]?.append("C: " + line)
        }
    }

    func noteReply(_ text: String, session: Int) {
        guard configuration.keepsTranscripts else { return }
        let lines = text.split(omittingEmptySubsequences: true) { $0.isNewline }
        record.mutate { record in
            for line in lines { record.transcripts[session]?.append("S: " + line) }
        }
    }

    func add(_ mail: ReceivedMail) {
        record.mutate { $0.add(mail, keeping: configuration.keptMails) }
        onMail(mail)
    }
}

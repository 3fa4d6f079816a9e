import Synchronization
import Testing

/// An application that sends one message after the other to a relay's port.
final class MailFlow: Sendable {
    private let port: Int
    private let state = Mutex((isOver: false, taken: 0))

    private init(to port: Int) {
        self.port = port
    }

    /// Has mail flow while `body` runs. Each message has to be taken, and to arrive once, under this login.
    static func run(to port: Int, as account: MailAccount, while body: (MailFlow) async throws -> Void) async throws {
        let flow = MailFlow(to: port)
        let sender = Task { try await flow.send() }
        do {
            try await body(flow)
            // However short that was: without any mail nothing is shown.
            try await flow.takeAltogether(20)
        } catch {
            flow.end()
            _ = await sender.result
            throw error
        }
        flow.end()
        let recipients = try await sender.value
        let postfix = try MailServers.current.postfix
        let stored = try await eventually("all messages to be stored", within: .seconds(60)) {
            let stored = postfix.messages(where: recipients.contains)
            return Set(stored.map(\.recipient)) == recipients ? stored : nil
        }
        #expect(stored.count == recipients.count)
        #expect(stored.allSatisfy { $0.login == account.user })
    }

    /// Waits until so many messages more are taken.
    func take(_ count: Int) async throws {
        try await takeAltogether(state.withLock { $0.taken } + count)
    }

    private func takeAltogether(_ goal: Int) async throws {
        try await eventually("\(goal) messages altogether", within: .seconds(60)) {
            self.state.withLock { $0.taken } >= goal ? () : nil
        }
    }

    private func end() { self.state.withLock { $0.isOver = true } }

    /// Sends until the end.
    ///
    /// - Returns: to whom.
    private func send() async throws -> Set<String> {
        var recipients: Set<String> = []
        while !self.state.withLock({ $0.isOver }) {
            let recipient = MailAccount.recipient()
            let session = try SMTPSession(port: self.port)
            _ = try await session.reply()
            let code = try await ClusterRun.send(to: recipient, over: session)
            guard code == "250" else { throw Refused(code: code, before: recipients.count) }
            recipients.insert(recipient)
            self.state.withLock { $0.taken += 1 }
            try await Task.sleep(for: .milliseconds(100))
        }
        return recipients
    }

    struct Refused: Error {
        let code: String
        let before: Int
    }
}

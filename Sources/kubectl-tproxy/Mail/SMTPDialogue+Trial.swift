import SMTP

/// Whether a relay can log in to the mail server behind one of its ports.
enum SMTPTrial: Hashable, Sendable {
    /// It has a session there.
    case good
    /// What it answers instead.
    case refused(Reply)
    /// There was no answer that could be read; why, in words.
    case broken(String)
}

extension SMTPDialogue {
    /// Has the relay log in, by a mail that is begun and given up: it answers this MAIL when it could have a session.
    ///
    /// - Parameters:
    ///   - port: The one of the loopback.
    ///   - limit: How long all of it may take.
    static func trial(port: Int, within limit: Duration) async -> SMTPTrial {
        do {
            return try await run(port: port, within: limit) { dialogue in
                let greeting = try await dialogue.reply()
                guard greeting.isPositive else { return .refused(greeting) }
                let answer = try await dialogue.say("MAIL FROM:<> \(EnvelopeAddress.sessionCheck)")
                if answer.isPositive { _ = try await dialogue.say("RSET") }
                await dialogue.quit()
                return answer.isPositive ? .good : .refused(answer)
            }
        } catch let failure as Failure {
            return .broken(failure.description)
        } catch {
            return .broken("the relay can't be asked: \(error)")
        }
    }
}

extension SMTPDialogue.Failure: CustomStringConvertible {
    var description: String {
        switch self {
        case .closed: "the relay closed the connection without an answer"
        case .timeout: "the relay didn't answer in time"
        case .malformed(let malformation): "what answers doesn't speak SMTP: \(malformation.rawValue)"
        }
    }
}

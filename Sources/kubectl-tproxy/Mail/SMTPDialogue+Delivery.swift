import SMTP

/// What a relay asked about a mail, in the order in which it is asked.
enum SMTPStage: String, Hashable, Sendable {
    case greeting
    case hello
    case sender
    case recipient
    case content
}

/// What became of a mail.
enum Delivery: Hashable, Sendable {
    /// The mail server has taken it; its words.
    case accepted(Reply)
    case refused(SMTPStage, Reply)
    /// The connection was lost behind the mail's end: nobody knows whether it was taken.
    case unknown(SMTPDialogue.Failure)
}

extension SMTPDialogue {
    /// Sends a mail, as applications do.
    ///
    /// - Throws: `Failure` where there is no answer, and `LoopbackConnection.Failure` where there is no connection.
    mutating func deliver(_ mail: TestMail) async throws -> Delivery {
        let greeting = try await reply()
        guard greeting.isPositive else { return .refused(.greeting, greeting) }
        let hello = try await say("EHLO kubectl-tproxy")
        guard hello.isPositive else { return await leave(.hello, hello) }
        let needsUTF8 = mail.isInternationalized && Capabilities(ehlo: hello).smtpUTF8
        let sender = try await say("MAIL FROM:<\(mail.sender)>" + (needsUTF8 ? " BODY=8BITMIME SMTPUTF8" : ""))
        guard sender.isPositive else { return await leave(.sender, sender) }
        let recipient = try await say("RCPT TO:<\(mail.recipient)>")
        guard recipient.isPositive else { return await leave(.recipient, recipient) }
        let data = try await say("DATA")
        guard data.isIntermediate else { return await leave(.content, data) }
        let verdict: Reply
        do {
            verdict = try await say(mail.lines + ["."])
        } catch let failure as Failure {
            return .unknown(failure)
        } catch let failure as LoopbackConnection.Failure {
            return .unknown(Failure(failure))
        }
        await quit()
        return verdict.isPositive ? .accepted(verdict) : .refused(.content, verdict)
    }

    private mutating func leave(_ stage: SMTPStage, _ reply: Reply) async -> Delivery {
        await quit()
        return .refused(stage, reply)
    }
}

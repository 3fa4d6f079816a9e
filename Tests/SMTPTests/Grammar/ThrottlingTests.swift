import Testing

@testable import SMTP

@Suite("Replies that ask for less") struct ThrottlingTests {
    @Test(
        "the words of providers are told apart from refusals of a message",
        arguments: [
            (432, "4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending", .sessions),
            (432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", .sessions),
            (421, "Too many concurrent SMTP connections", .sessions),
            (421, "4.4.5 Too many sessions from your host", .sessions),
            (454, "Throttling failure: Maximum sending rate exceeded.", .rate),
            (421, "4.7.0 Try again later, you are sending too fast", .rate),
            (451, "4.7.1 Too many messages per minute", .rate),
            (450, "4.7.1 Rate limit reached", .rate),
            (452, "4.5.3 Daily message limit exceeded: too many messages", .rate),
            (452, "4.3.2 maximum number of messages", .messagesOfSession),
            (421, "Maximum message count per session reached", .messagesOfSession),
            (421, "Too many messages in this connection", .messagesOfSession),
            (421, "4.7.0 too many messages", .messagesOfSession), (451, "4.7.0 too many messages", .rate),
            (452, "4.5.3 Too many recipients", nil),
            (452, "4.3.1 Insufficient system storage", nil),
            (451, "4.7.1 Greylisted, please try again in 300 seconds", nil),
            (450, "4.2.1 The user you are trying to contact is receiving mail too quickly", nil),
            (451, "4.4.2 Timeout waiting for data from client.", nil),
            (552, "5.3.4 Message size exceeds limit", nil),
            (550, "5.7.1 Too many messages", nil),
            (452, "4.3.4 Message size exceeds maximum", nil),
            (250, "2.0.0 queued, too many messages", nil),
        ] as [(Int, String, Throttling?)]
    )
    func words(code: Int, text: String, expected: Throttling?) {
        #expect(Reply(code, text).throttling == expected)
    }
}

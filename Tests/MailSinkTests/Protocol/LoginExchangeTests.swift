import Foundation
import Testing

@testable import MailSink

@Suite struct LoginExchangeTests {
    private static func encode(_ text: String) -> String {
        Data(text.utf8).base64EncodedString()
    }

    /// Plays an exchange; the last reply's code, or the user.
    private func play(_ mechanism: SinkMechanism, initial: String?, _ responses: [String]) -> String {
        let accounts = SinkAccounts()
        accounts.setPassword("secret", for: "ann")
        accounts.addToken("good", for: "ann")
        var exchange = LoginExchange(mechanism: mechanism, accounts: accounts)
        var outcome = exchange.start(initialResponse: initial)
        for response in responses {
            guard case .challenge = outcome else { return "over" }
            outcome = exchange.respond(response)
        }
        switch outcome {
        case .challenge(let text): return "334 " + text
        case .success(let login): return "235 " + login.user
        case .failure(let reply): return "\(reply.code)" + (exchange.violation == nil ? "" : " violation")
        }
    }

    @Test(
        arguments: [
            (.plain, encode("\0ann\0secret"), [], "235 ann"),
            (.plain, nil, [encode("\0ann\0secret")], "235 ann"),
            (.plain, encode("ann\0ann\0secret"), [], "235 ann"),
            (.plain, encode("bob\0ann\0secret"), [], "535"),
            (.plain, encode("\0ann\0wrong"), [], "535"),
            (.plain, encode("\0eve\0secret"), [], "535"),
            (.plain, encode("ann\0secret"), [], "501"),
            (.plain, "=", [], "501"),
            (.plain, "%%%", [], "501"),
            (.plain, nil, ["*"], "501"),
            (.login, nil, [encode("ann"), encode("secret")], "235 ann"),
            (.login, encode("ann"), [encode("secret")], "235 ann"),
            (.login, nil, [encode("ann"), encode("wrong")], "535"),
            (.login, nil, [], "334 VXNlcm5hbWU6"),
            (.login, encode("ann"), [], "334 UGFzc3dvcmQ6"),
            (.xoauth2, encode("user=ann\u{1}auth=Bearer good\u{1}\u{1}"), [], "235 ann"),
            (.xoauth2, nil, [encode("user=ann\u{1}auth=Bearer good\u{1}\u{1}")], "235 ann"),
            (.xoauth2, encode("user=bob\u{1}auth=Bearer good\u{1}\u{1}"), [""], "535"),
            (.xoauth2, encode("user=ann\u{1}auth=Bearer bad\u{1}\u{1}"), [""], "535"),
            (.xoauth2, encode("user=ann\u{1}auth=Bearer bad\u{1}\u{1}"), ["AQ=="], "535 violation"),
            (.xoauth2, encode("user=ann\u{1}auth=Bearer good\u{1}"), [], "501"),
            (.oauthbearer, encode("n,a=ann,\u{1}host=h\u{1}port=465\u{1}auth=Bearer good\u{1}\u{1}"), [], "235 ann"),
            (.oauthbearer, nil, [encode("n,,\u{1}auth=Bearer good\u{1}\u{1}")], "235 ann"),
            (.oauthbearer, encode("n,a=bob,\u{1}auth=Bearer good\u{1}\u{1}"), ["AQ=="], "535"),
            (.oauthbearer, encode("n,a=ann,\u{1}auth=Bearer bad\u{1}\u{1}"), ["AQ=="], "535"),
            (.oauthbearer, encode("n,a=ann,\u{1}auth=Bearer bad\u{1}\u{1}"), [""], "535 violation"),
            (.oauthbearer, encode("a=ann\u{1}auth=Bearer good\u{1}\u{1}"), [], "501"),
            (.oauthbearer, encode("n,a=a=2Cb,\u{1}auth=Bearer bad\u{1}\u{1}"), ["AQ=="], "535"),
        ] as [(SinkMechanism, String?, [String], String)]
    )
    func plays(mechanism: SinkMechanism, initial: String?, responses: [String], end: String) {
        #expect(play(mechanism, initial: initial, responses) == end)
    }

    @Test func bearerFailureSaysWhyInJSON() {
        let challenge = play(.xoauth2, initial: Self.encode("user=ann\u{1}auth=Bearer bad\u{1}\u{1}"), [])
        let json = Data(base64Encoded: String(challenge.dropFirst(4))).map { String(decoding: $0, as: UTF8.self) }
        #expect(json?.contains(#""status":"401""#) == true)
    }

    @Test func refusalsOnDemandComeToAnEnd() {
        let accounts = SinkAccounts()
        accounts.setPassword("secret", for: "ann")
        accounts.refuseNextLogins(2)
        #expect((1...3).map { _ in accounts.accepts(user: "ann", password: "secret") } == [false, false, true])
    }

    @Test func nothingIsPrinted() {
        let accounts = SinkAccounts()
        accounts.setPassword("secret", for: "ann")
        #expect("\(accounts)" == "<redacted>")
    }
}

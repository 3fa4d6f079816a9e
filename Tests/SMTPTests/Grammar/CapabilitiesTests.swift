import Testing

@testable import SMTP

@Suite("Capabilities")
struct CapabilitiesTests {
    static func capabilities(_ lines: String...) -> Capabilities {
        Capabilities(ehlo: Reply(code: 250, lines: (["host.example"] + lines).map { Array($0.utf8) }))
    }

    @Test("What servers say")
    func servers() {
        let gmail = Self.capabilities(
            "SIZE 35882577",
            "8BITMIME",
            "AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH",
            "ENHANCEDSTATUSCODES",
            "PIPELINING",
            "CHUNKING",
            "SMTPUTF8"
        )
        #expect(gmail.size == 35_882_577)
        #expect(gmail.pipelining && gmail.eightBitMIME && gmail.enhancedStatusCodes && gmail.smtpUTF8)
        #expect(!gmail.deliveryStatusNotifications)
        #expect(gmail.authenticationMechanisms == [.login, .plain, .xoauth2, .oauthbearer])
        #expect(Self.capabilities("dsn", "pipelining").deliveryStatusNotifications)
        #expect(Self.capabilities() == Capabilities())
    }

    @Test(
        "SIZE",
        arguments: [
            ("SIZE 100", 100), ("SIZE", 0), ("SIZE 0", 0), ("SIZE x", 0), ("SIZE -5", 0),
            ("SIZE 99999999999999999999", 0), ("SIZE100", nil), ("X SIZE 5", nil),
        ] as [(String, Int?)]
    )
    func size(line: String, size: Int?) {
        #expect(Self.capabilities(line).size == size)
    }

    @Test(
        "Of several SIZE lines the smallest limit counts",
        arguments: [
            (["SIZE 100", "SIZE 50"], 50), (["SIZE 50", "SIZE 100"], 50), (["SIZE 0", "SIZE 50"], 50),
            (["SIZE 50", "SIZE"], 50), (["SIZE", "SIZE 0"], 0),
        ]
    )
    func sizes(lines: [String], size: Int) {
        let reply = Reply(code: 250, lines: (["host"] + lines).map { Array($0.utf8) })
        #expect(Capabilities(ehlo: reply).size == size)
    }

    @Test(
        "LIMITS MAILMAX, of which the smallest counts",
        arguments: [
            ("LIMITS MAILMAX=5 RCPTMAX=7", 5), ("LIMITS RCPTMAX=7 MAILMAX=5", 5), ("LIMITS MAILMAX=9 mailmax=4", 4),
            ("LIMITS MAILMAX=0", nil), ("LIMITS MAILMAX=x RCPTDOMAINMAX=1", nil), ("LIMITS MAILMAX==3", nil),
        ] as [(String, Int?)]
    )
    func messages(line: String, limit: Int?) {
        #expect(Self.capabilities(line).maxMessages == limit)
    }

    @Test(
        "LIMITS",
        arguments: [
            ("LIMITS RCPTMAX=9 RCPTMAX=4", 4),
            ("LIMITS RCPTMAX=100", 100), ("LIMITS MAILMAX=5 RCPTMAX=7", 7), ("limits rcptmax=3", 3),
            ("LIMITS RCPTMAX=0", nil), ("LIMITS RCPTMAX=x", nil), ("LIMITS", nil), ("LIMITS RCPTMAX", nil),
        ] as [(String, Int?)]
    )
    func limits(line: String, limit: Int?) {
        #expect(Self.capabilities(line).mostRecipients == limit)
    }

    @Test(
        "AUTH, in the form of the nineties too",
        arguments: [
            (["AUTH PLAIN LOGIN"], [.plain, .login]),
            (["AUTH=PLAIN LOGIN"], [.plain, .login]),
            (["AUTH PLAIN", "AUTH=PLAIN LOGIN"], [.plain, .login]),
            (["auth=plain"], [.plain]),
            (["AUTH  PLAIN  PLAIN "], [.plain]),
            (["AUTH CRAM-MD5 PLAINER \u{E4} LOGIN XPLAIN"], [.login]),
            (["AUTH \(String(repeating: "X", count: 500)) PLAIN"], [.plain]),
            (["XAUTH PLAIN", "AUTHPLAIN"], []),
            (["AUTH"], []),
        ] as [([String], [SASLMechanism])]
    )
    func mechanisms(lines: [String], mechanisms: [SASLMechanism]) {
        let reply = Reply(code: 250, lines: (["host"] + lines).map { Array($0.utf8) })
        #expect(Capabilities(ehlo: reply).authenticationMechanisms == mechanisms)
    }

    @Test(
        "The smaller limit counts, and zero is none",
        arguments: [(nil, 0, 0), (nil, 10, 10), (0, 10, 10), (5, 0, 5), (5, 10, 5), (10, 5, 5)] as [(Int?, Int, Int)]
    )
    func messageLimit(theirs: Int?, ours: Int, limit: Int) {
        var capabilities = Capabilities()
        capabilities.size = theirs
        #expect(capabilities.messageLimit(ours: ours) == limit)
    }
}

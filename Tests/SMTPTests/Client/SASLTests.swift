import NIOCore
import Testing

@testable import SMTP

@Suite("SASL")
struct SASLTests {
    private static let password = SASLCredentials.password(user: "tim", password: "tanstaaf")
    private static let bearer = SASLCredentials.bearer(user: "u@x", token: "tok")

    private static func offer(_ mechanisms: String, _ credentials: SASLCredentials, allowed: [String]? = nil) -> (
        ClientBench, [String]
    ) {
        var bench = ClientBench(credentials, allowed: allowed)
        _ = bench.receive("220 hi")
        let lines = bench.receive("250-mail", "250 AUTH \(mechanisms)")
        return (bench, lines)
    }

    @Test(
        "RFC 4648 §10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"), ("\u{0}\u{FF}", "AMO/"),
        ]
    )
    func base64(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
    }

    @Test("The four mechanisms, the preferred one first, and what is allowed")
    func mechanisms() {
        #expect(Self.offer("LOGIN PLAIN", Self.password).1 == ["> AUTH PLAIN AHRpbQB0YW5zdGFhZg=="])
        #expect(Self.offer("LOGIN PLAIN", Self.password, allowed: ["LOGIN"]).1 == ["> AUTH LOGIN"])
        let preferred = Self.offer("PLAIN LOGIN", Self.password, allowed: ["X", "XOAUTH2", "LOGIN", "PLAIN"]).1
        #expect(preferred == ["> AUTH LOGIN"], "the destination's order, as JavaMail takes it")
        #expect(Self.offer("CRAM-MD5", Self.password).1 == ["fail: no mechanism in []"])
        #expect(Self.offer("PLAIN", Self.bearer).1 == [#"fail: no mechanism in ["PLAIN"]"#])
        #expect(Self.offer("PLAIN", Self.password, allowed: []).1 == [#"fail: no mechanism in ["PLAIN"]"#])
        let xoauth2 = Base64.encode(Array("user=u@x\u{1}auth=Bearer tok\u{1}\u{1}".utf8))
        #expect(Self.offer("OAUTHBEARER XOAUTH2", Self.bearer).1 == ["> AUTH XOAUTH2 \(xoauth2)"])
        let message = "n,a=u@x,\u{1}host=mail.example\u{1}port=465\u{1}auth=Bearer tok\u{1}\u{1}"
        #expect(
            Self.offer("OAUTHBEARER", Self.bearer).1 == ["> AUTH OAUTHBEARER \(Base64.encode(Array(message.utf8)))"]
        )
    }

    @Test(
        "What a server repeats of the login is not told to anybody",
        arguments: [
            ("PLAIN", password, "500 what is AUTH PLAIN AHRpbQB0YW5zdGFhZg=="),
            ("PLAIN", password, "535-tanstaaf is wrong\r\n535 tanstaaftanstaaf too"),
            ("LOGIN", password, "500 dGltdGFuc3RhYWY= tanstaaf"),
            ("XOAUTH2", bearer, "454 dXNlcj11QHgBYXV0aD1CZWFyZXIgdG9rAQE= is too old"),
        ]
    )
    func repeatedSecrets(mechanism: String, credentials: SASLCredentials, wire: String) throws {
        var machine = ClientMachine(
            .init(name: "relay", host: "mail.example", port: 465, credentials: credentials)
        )
        machine.receive(
            ByteBuffer(string: "220 hi\r\n250 AUTH \(mechanism)\r\n".replacing("250 ", with: "250-x\r\n250 "))
        )
        while machine.nextAction() != nil {}
        machine.receive(ByteBuffer(string: "\(wire)\r\n"))
        var told = ""
        while let action = machine.nextAction() {
            if case .fail(.loginRefused(_, let reply)) = action { told += reply.text }
            if case .fail(.loginDeferred(_, let reply)) = action { told += reply.text }
        }
        #expect(told.contains("<redacted>"))
        for secret in ["tanstaaf", "AHRpbQB0YW5zdGFhZg", "tok", "dXNlcj11QHgBYXV0aD1CZWFyZXIgdG9rAQE"] {
            #expect(!told.contains(secret), "\(told)")
        }
    }

    @Test("LOGIN answers twice and then has no more to say")
    func login() {
        var (bench, _) = Self.offer("LOGIN", Self.password)
        #expect(bench.receive("334 VXNlcm5hbWU6") == ["> dGlt"])
        #expect(bench.receive("334 UGFzc3dvcmQ6") == ["> dGFuc3RhYWY="])
        #expect(bench.receive("334 More") == ["> *"])
        #expect(bench.receive("501 cancelled") == ["fail: LOGIN refused 501"])
    }

    @Test("A bearer failure is a 334 first, then the true reply")
    func bearerFailure() {
        var (xoauth2, _) = Self.offer("XOAUTH2", Self.bearer)
        #expect(xoauth2.receive("334 eyJzdGF0dXMiOiI0MDEifQ==") == ["> "])
        #expect(xoauth2.receive("535 5.7.8 no") == ["fail: XOAUTH2 refused 535"])
        var (oauthbearer, _) = Self.offer("OAUTHBEARER", Self.bearer)
        #expect(oauthbearer.receive("334 eyJzdGF0dXMiOiI0MDEifQ==") == ["> AQ=="])
        #expect(oauthbearer.receive("535 5.7.8 no") == ["fail: OAUTHBEARER refused 535"])
        var (endless, _) = Self.offer("XOAUTH2", Self.bearer)
        _ = endless.receive("334 x")
        #expect(endless.receive("334 x") == ["fail: XOAUTH2 refused 334"])
    }

    @Test(
        "The initial response is inline up to a line of 512 octets, else on the 334",
        arguments: [SASLMechanism.plain, .xoauth2, .oauthbearer]
    )
    func inline(mechanism: SASLMechanism) {
        var lengths: Set<Bool> = []
        for length in 300...400 {
            let secret = String(repeating: "s", count: length)
            let credentials: SASLCredentials =
                mechanism == .plain ? .password(user: "u", password: secret) : .bearer(user: "u", token: secret)
            var (bench, lines) = Self.offer(mechanism.rawValue, credentials)
            let isInline = lines.first?.count != "> AUTH \(mechanism.rawValue)".count
            lengths.insert(isInline)
            if isInline {
                #expect((lines.first?.count ?? 0) - 2 + 2 <= 512)
            } else {
                let response = bench.receive("334 ").first ?? ""
                #expect("AUTH \(mechanism.rawValue) \(response.dropFirst(2))".count + 2 > 512)
            }
            #expect(bench.receive("235 in") == ["established"])
        }
        #expect(lengths.count == 2)
    }

    @Test("A comma or an equals sign in the user name doesn't end it")
    func escaped() throws {
        let credentials = SASLCredentials.bearer(user: "a,b=c,\u{301}", token: "t")
        let exchange = SASLExchange(.oauthbearer, .init(name: "relay", host: "h", port: 1, credentials: credentials))
        var found = try #require(exchange)
        let expected = "n,a=a=2Cb=3Dc=2C\u{301},\u{1}host=h\u{1}port=1\u{1}auth=Bearer t\u{1}\u{1}"
        #expect(found.command() == "AUTH OAUTHBEARER \(Base64.encode(Array(expected.utf8)))")
    }

    @Test("Nothing prints a secret")
    func redacted() throws {
        let configuration = ClientMachine.Configuration(
            name: "relay",
            host: "h",
            port: 1,
            credentials: Self.password
        )
        let exchange = try #require(SASLExchange(.plain, configuration))
        let attempts = LoginAttempts(configuration, offered: [.plain])
        let texts = [
            "\(exchange)", String(reflecting: exchange), "\(attempts)", String(reflecting: attempts),
            "\(Self.password)", String(reflecting: Self.bearer),
        ]
        for text in texts {
            #expect(!text.contains("tanstaaf") && !text.contains("116") && !text.contains("tok"))
        }
    }
}

import NIOCore
import Testing

@testable import SMTP

@Suite("Attempts to log in")
struct LoginAttemptsTests {
    private static let password = SASLCredentials.password(user: "u", password: "p")
    private static let bearer = SASLCredentials.bearer(user: "u", token: "t")

    /// A session with a server that offers these mechanisms, up to its first AUTH.
    private static func session(
        _ credentials: SASLCredentials,
        _ offered: String,
        allowed: [String]? = nil,
        preferred: SASLMechanism? = nil,
        attempts: Int = 2
    ) -> (ClientBench, mechanism: String?) {
        var configuration = ClientMachine.Configuration(
            name: "relay.example",
            host: "mail.example",
            port: 465,
            credentials: credentials,
            allowedMechanisms: allowed
        )
        configuration.preferredMechanism = preferred
        configuration.maxLoginAttempts = attempts
        var bench = ClientBench(configuration)
        _ = bench.receive("220 hi")
        let first = mechanism(bench.receive("250-mail", "250 AUTH \(offered)"))
        return (bench, first)
    }

    /// The mechanism of an AUTH command, or what happens instead.
    private static func mechanism(_ lines: [String]) -> String? {
        lines.first.map { $0.hasPrefix("> AUTH ") ? String($0.split(separator: " ")[2]) : $0 }
    }

    @Test(
        "A mechanism that the server doesn't take after all is followed by the next that is offered",
        arguments: [500, 502, 504, 534, 538]
    )
    func next(code: Int) {
        var (bench, first) = Self.session(Self.bearer, "PLAIN OAUTHBEARER XOAUTH2")
        #expect(first == "XOAUTH2")
        #expect(Self.mechanism(bench.receive("\(code) no")) == "OAUTHBEARER")
        #expect(bench.receive("235 in") == ["established"])
        #expect(bench.machine.mechanism == .oauthbearer)
        #expect(bench.machine.loginAttempts == 2)
        (bench, first) = Self.session(Self.password, "LOGIN PLAIN")
        #expect(first == "PLAIN")
        #expect(Self.mechanism(bench.receive("\(code) no")) == "LOGIN")
        #expect(bench.receive("334 VXNlcm5hbWU6") == ["> dQ=="])
        #expect(bench.receive("334 UGFzc3dvcmQ6") == ["> cA=="])
        #expect(bench.receive("235 in") == ["established"])
    }

    @Test(
        "A password that PLAIN is refused with is tried with LOGIN, no token and nothing else",
        arguments: [
            (password, "PLAIN LOGIN", nil, "535 no", "LOGIN"),
            (password, "PLAIN", nil, "535 no", "fail: PLAIN refused 535"),
            (password, "PLAIN LOGIN", ["PLAIN"], "535 no", "fail: PLAIN refused 535"),
            (password, "PLAIN LOGIN", ["LOGIN", "PLAIN"], "535 no", "fail: LOGIN refused 535"),
            (password, "PLAIN LOGIN", ["LOGIN", "PLAIN"], "504 no", "PLAIN"),
            (password, "PLAIN LOGIN", ["PLAIN", "PLAIN"], "504 no", "fail: PLAIN refused 504"),
            (password, "PLAIN LOGIN", nil, "550 no", "fail: PLAIN refused 550"),
            (password, "PLAIN LOGIN", nil, "454 later", "fail: PLAIN deferred 454"),
            (bearer, "XOAUTH2 OAUTHBEARER", nil, "535 no", "fail: XOAUTH2 refused 535"),
            (bearer, "XOAUTH2 PLAIN", nil, "504 no", "fail: XOAUTH2 refused 504"),
        ] as [(SASLCredentials, String, [String]?, String, String)]
    )
    func passwords(credentials: SASLCredentials, offered: String, allowed: [String]?, reply: String, next: String) {
        var (bench, _) = Self.session(credentials, offered, allowed: allowed)
        #expect(Self.mechanism(bench.receive(reply)) == next)
    }

    @Test("There are no more attempts than allowed", arguments: [(1, ["PLAIN"]), (2, ["PLAIN", "LOGIN"])])
    func bound(attempts: Int, mechanisms: [String]) {
        var (bench, last) = Self.session(Self.password, "PLAIN LOGIN", attempts: attempts)
        var tried: [String] = []
        while let mechanism = last, !mechanism.hasPrefix("fail") {
            tried.append(mechanism)
            last = Self.mechanism(bench.receive("504 no"))
        }
        #expect(tried == mechanisms)
        #expect(bench.machine.loginAttempts == attempts)
    }

    @Test(
        "What is reported of two refusals is what the server says of the credentials",
        arguments: [
            (["535 no", "535 no"], "PLAIN refused 535"), (["535 no", "504 no"], "PLAIN refused 535"),
            (["535 no", "421 bye"], "PLAIN refused 535"), (["504 no", "535 no"], "LOGIN refused 535"),
            (["504 no", "421 bye"], "LOGIN deferred 421"), (["504 no", "502 no"], "LOGIN refused 502"),
        ]
    )
    func report(replies: [String], failure: String) {
        var (bench, _) = Self.session(Self.password, "PLAIN LOGIN")
        #expect(bench.machine.loginRefusal == nil)
        _ = bench.receive(replies[0])
        #expect(bench.machine.loginRefusal == .loginRefused(.plain, Reply(Int(replies[0].prefix(3)) ?? 0, "no")))
        #expect(bench.receive(replies[1]) == ["fail: \(failure)"])
        #expect(bench.machine.loginRefusal == nil)
    }

    @Test("The preferred mechanism comes first where it is offered and allowed")
    func preferred() {
        #expect(Self.session(Self.password, "PLAIN LOGIN", preferred: .login).mechanism == "LOGIN")
        #expect(Self.session(Self.password, "PLAIN", preferred: .login).mechanism == "PLAIN")
        #expect(Self.session(Self.password, "PLAIN LOGIN", allowed: ["PLAIN"], preferred: .login).mechanism == "PLAIN")
        #expect(Self.session(Self.bearer, "XOAUTH2 PLAIN", preferred: .plain).mechanism == "XOAUTH2")
        var (bench, _) = Self.session(Self.password, "PLAIN LOGIN", preferred: .login)
        #expect(Self.mechanism(bench.receive("504 no")) == "PLAIN")
    }

    @Test("What a server repeats of an earlier attempt is blanked out")
    func redaction() {
        var (bench, _) = Self.session(.password(user: "tim", password: "tanstaafl"), "PLAIN LOGIN")
        _ = bench.receive("504 no")
        _ = bench.receive("334 VXNlcm5hbWU6")
        bench.machine.receive(ByteBuffer(string: "535 AHRpbQB0YW5zdGFhZmw= is not dGFuc3RhYWZs\r\n"))
        let reply = Reply(535, "<redacted> is not <redacted>")
        #expect(bench.machine.nextAction() == .fail(.loginRefused(.login, reply)))
    }

    @Test("Codes that judge the credentials are told from those that judge the mechanism")
    func codes() {
        #expect(ClientFailure.loginRefused(.plain, Reply(535, "")).areCredentialsRefused)
        #expect(!ClientFailure.loginRefused(.plain, Reply(504, "")).areCredentialsRefused)
        #expect(!ClientFailure.loginDeferred(.plain, Reply(454, "")).areCredentialsRefused)
    }

    // MARK: What a route remembers

    @Test("The mechanism that worked is remembered until a password is refused with it")
    func memory() {
        var memory = LoginMemory()
        memory.loggedIn(with: .login)
        #expect(memory.mechanism == .login)
        #expect(memory.refused(with: .login, after: 1, mayBeStale: false) == nil)
        #expect(memory.mechanism == nil)
    }

    @Test("A fresh token has the attempts that are left, or the next opening's")
    func freshToken() {
        var memory = LoginMemory()
        #expect(memory.refused(with: .xoauth2, after: 1, mayBeStale: true) == 1)
        #expect(memory.mechanism == .xoauth2)
        // The other mechanism had used up the first attempt.
        #expect(memory.refused(with: .oauthbearer, after: 2, mayBeStale: true) == nil)
        #expect(memory.mechanism == .oauthbearer)
        #expect(memory.refused(with: .oauthbearer, after: 1, mayBeStale: true) == 1)
        #expect(memory.refused(with: .oauthbearer, after: 1, mayBeStale: false) == nil)
        #expect(memory.mechanism == nil)
    }
}

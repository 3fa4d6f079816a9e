import Foundation
import TLS
import Testing

@testable import MailSink

@Suite struct TokenServerTests {
    private func curl(_ arguments: [String]) async throws -> (status: String, body: String) {
        let result = try await Command.run("/usr/bin/curl", ["-sS", "-m", "20", "-w", "\n%{http_code}"] + arguments)
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
    }

    private func withServer(_ body: (TokenServer) async throws -> Void) async throws {
        let server = try await TokenServer.start()
        server.addClient("app", secret: "s3 cr&t", user: "ann@example.com")
        try await body(server)
        await server.stop()
    }

    private static let good = [
        "--data-urlencode", "client_id=app", "--data-urlencode", "client_secret=s3 cr&t", "-d",
        "grant_type=client_credentials",
    ]

    private func token(_ body: String) throws -> String {
        struct Answer: Decodable {
            var accessToken: String
            var expiresIn: Int
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let answer = try decoder.decode(Answer.self, from: Data(body.utf8))
        #expect(answer.expiresIn == 3600)
        return answer.accessToken
    }

    @Test func issuesTokensThatSpeakForAUser() async throws {
        try await withServer { server in
            let form = try await curl(Self.good + [server.tokenURL()])
            #expect(form.status == "200")
            #expect(server.user(ofToken: try token(form.body)) == "ann@example.com")
            let basic = try await curl(
                ["-u", "app:s3%20cr%26t", "-d", "grant_type=client_credentials", server.tokenURL()]
            )
            #expect(server.user(ofToken: try token(basic.body)) == "ann@example.com")
            #expect(server.tokenRequests == 2)
            #expect(server.requests.map(\.authentication) == [.form, .basic])
            #expect(server.requests.map(\.clientID) == ["app", "app"])
            #expect(!"\(server.requests)".contains("s3"))
        }
    }

    @Test(arguments: [
        (["-d", "grant_type=client_credentials&client_id=app&client_secret=wrong"], "401"),
        (["-d", "grant_type=client_credentials"], "401"), (["-d", "grant_type=password"], "400"), (["-d", "x"], "400"),
        (["-G"], "405"),
    ])
    func refuses(arguments: [String], status: String) async throws {
        try await withServer { server in
            let answer = try await curl(arguments + [server.tokenURL()])
            #expect(answer.status == status)
        }
    }

    @Test func tokensExpireAndAreRevoked() async throws {
        let start = ContinuousClock.now
        let elapsed = Observed(Duration.zero)
        let server = try await TokenServer.start(now: { start + elapsed.current })
        server.lifetime = .seconds(10)
        let token = server.issueToken(for: "ann")
        #expect(server.user(ofToken: token) == "ann")
        elapsed.mutate { $0 = .seconds(11) }
        #expect(server.user(ofToken: token) == nil)
        let other = server.issueToken(for: "ann")
        server.revoke(other)
        #expect(server.user(ofToken: other) == nil)
        server.tokenLength = 2000
        #expect(server.issueToken(for: "ann").utf8.count == 2000)
        await server.stop()
    }

    @Test func failsOnDemand() async throws {
        try await withServer { server in
            server.fail(.answer(status: 500, body: "<html>"), times: 1)
            #expect(try await curl(Self.good + [server.tokenURL()]) == ("500", "<html>"))
            server.fail(.close, times: 1)
            #expect(try await curl(Self.good + [server.tokenURL()]).status == "000")
            let gate = SinkGate()
            server.fail(.stall(gate))
            async let answer = curl(Self.good + [server.tokenURL()])
            try await gate.waitForArrivals()
            gate.open()
            #expect(try await answer.status == "200")
            server.mend()
            #expect(try await curl(Self.good + [server.tokenURL()]).status == "200")
            #expect(server.tokenRequests == 4)
        }
    }

    @Test func introspects() async throws {
        try await withServer { server in
            let url = "http://127.0.0.1:\(server.port)/introspect"
            let token = server.issueToken(for: "ann@example.com")
            for arguments in [
                ["-d", "token=\(token)", url], ["\(url)?token=\(token)"],
                ["-H", "Authorization: Bearer \(token)", url],
            ] {
                let answer = try await curl(arguments)
                #expect(answer.body.contains(#""active":true"#))
                #expect(answer.body.contains(#""username":"ann@example.com""#))
            }
            #expect(try await curl(["-d", "token=bad", url]).body == #"{"active":false}"#)
            #expect(server.introspections == 4)
        }
    }

    @Test func speaksHTTPS() async throws {
        let authority = try TestAuthority()
        let file = FileManager.default.temporaryDirectory.appending(path: "ca-\(UUID().uuidString).pem").path
        try authority.writeCertificate(to: file)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let server = try await TokenServer.start(tls: authority.serverContext())
        server.addClient("app", secret: "s3 cr&t", user: "ann")
        #expect(try await curl(["--cacert", file] + Self.good + [server.tokenURL(host: "localhost")]).status == "200")
        await server.stop()
    }

    @Test func theSinkTakesItsTokens() async throws {
        try await withServer { server in
            let accounts = SinkAccounts()
            accounts.addTokenCheck(server.user(ofToken:))
            let token = server.issueToken(for: "ann")
            #expect(accounts.user(ofToken: token) == "ann")
            server.revokeAll()
            #expect(accounts.user(ofToken: token) == nil)
        }
    }
}

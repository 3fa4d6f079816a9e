import FoundationEssentials

/// An authorization server: client-credentials tokens for applications, introspection for the mail server.
final class AuthorizationServer: Sendable {
    private let process: ChildProcess
    private let directory: TemporaryDirectory
    private let ports: Ports

    private struct Ports: Decodable {
        let tokenPort: Int
        let introspectionPort: Int
    }

    /// What it has given out so far.
    struct Issued: Decodable {
        let tokens: [String]
        /// The path of each request that was granted.
        let paths: [String]
    }

    private struct Client: Encodable {
        let secret: String
        let user: String
    }

    /// - Parameter accounts: the clients. One's id is its user's name, its secret the password; the tokens it gets
    ///   speak for that user.
    init(authority: TestCA, accounts: [MailAccount]) async throws {
        self.directory = try TemporaryDirectory()
        let clients = Dictionary(
            uniqueKeysWithValues: accounts.map { ($0.user, Client(secret: $0.password, user: $0.user)) }
        )
        let configuration = try self.directory.write(
            String(decoding: JSONEncoder().encode(["clients": clients]), as: UTF8.self),
            to: "clients.json"
        )
        let process = try ChildProcess(
            ["/usr/bin/python3", Scripts.path("token_server.py"), configuration]
                + [authority.serverCertificate, authority.serverKey]
        )
        self.process = process
        do {
            self.ports = try await eventually("the authorization server to say where it listens") {
                if let status = process.exitStatus {
                    throw ProcessFailure(
                        program: "token_server.py",
                        result: ProcessResult(status: status, output: "", errorOutput: process.errorOutput)
                    )
                }
                guard process.output.hasSuffix("\n") else { return nil }
                return try JSONDecoder().decode(Ports.self, from: Data(process.output.utf8))
            }
        } catch {
            await process.stop()
            throw error
        }
    }

    var tokenPort: Int { self.ports.tokenPort }
    var tokenURL: String { "https://localhost:\(self.tokenPort)/oauth/token" }
    var introspectionURL: String { "http://127.0.0.1:\(self.ports.introspectionPort)/introspect" }

    /// The token URL of a tenant's own, with the placeholder that stands for the tenant.
    var commonTokenURL: String { "https://localhost:\(self.ports.tokenPort)/{tenant}/oauth/token" }

    func issued() async throws -> Issued {
        let url = "http://127.0.0.1:\(self.ports.introspectionPort)/issued"
        return try await JSONDecoder().decode(Issued.self, from: Data(HTTP.get(url).utf8))
    }

    /// A token of a client's, as anybody gets it who has its secret (RFC 6749 §4.4).
    func token(of account: MailAccount, trusting authority: TestCA) async throws -> String {
        struct Answer: Decodable {
            let accessToken: String

            enum CodingKeys: String, CodingKey { case accessToken = "access_token" }
        }
        // Not among the arguments, which everybody can read.
        let options = """
            user = "\(account.user):\(account.password)"
            data = "grant_type=client_credentials"
            cacert = "\(authority.certificate)"
            url = "\(self.tokenURL)"
            """
        let result = try await ProcessRunner.run(["/usr/bin/curl", "-sS", "--fail", "--config", "-"], input: options)
        guard result.succeeded else { throw ProcessFailure(program: "curl", result: result) }
        return try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8)).accessToken
    }

    func stop() async { await self.process.stop() }
}

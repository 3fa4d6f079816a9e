import Glibc
import Testing

/// The servers that the tests of a suite share. They are started once, before its first test.
///
/// Tests run side by side: each one sends to recipients of its own and looks only for those.
struct MailServers: SuiteFixture {
    let authority: TestCA
    let postfix: PostfixServer
    let authorization: AuthorizationServer
    let submission: DovecotSubmissionServer
    let accounts: Accounts

    struct Accounts: Sendable {
        let shop = MailAccount("shop")
        let acme = MailAccount("acme")
        let globex = MailAccount("globex")
        /// For the test of each OAuth mechanism alone, which counts its user's logins.
        let mechanisms = ["XOAUTH2": MailAccount("xoauth2"), "OAUTHBEARER": MailAccount("oauthbearer")]

        var all: [MailAccount] { [self.shop, self.acme, self.globex] + self.mechanisms.values }
    }

    static let running = TaskLocal<MailServers?>(wrappedValue: nil)

    /// The servers of the suite that the running test belongs to.
    static var current: MailServers {
        get throws { try #require(Self.running.get(), "the test's suite lacks the trait .mailServers") }
    }

    fileprivate static func start(names: [String]) async throws -> MailServers {
        let accounts = Accounts()
        let authority = try await TestCA(names: names)
        let postfix = try await PostfixServer(authority: authority, accounts: accounts.all)
        do {
            let authorization = try await AuthorizationServer(authority: authority, accounts: accounts.all)
            do {
                return try await MailServers(
                    authority: authority,
                    postfix: postfix,
                    authorization: authorization,
                    submission: DovecotSubmissionServer(authority: authority, tokens: authorization, backend: postfix),
                    accounts: accounts
                )
            } catch {
                await authorization.stop()
                throw error
            }
        } catch {
            await postfix.stop()
            throw error
        }
    }

    func stop() async {
        await self.submission.stop()
        await self.authorization.stop()
        await self.postfix.stop()
    }
}

extension Trait where Self == SuiteFixtureTrait<MailServers> {
    /// Real mail servers for the suite's tests: `MailServers.current`.
    static var mailServers: Self { .mailServers(names: []) }

    /// The same, with certificates for further names.
    static func mailServers(names: [String]) -> Self { Self { try await MailServers.start(names: names) } }
}

/// All tests that need mail servers, as extensions, so that they share them.
///
/// Postfix's master runs as root only, and the tests are part of every build; who isn't root is told so.
@Suite(.enabled(if: geteuid() == 0, "Postfix needs root"), .mailServers)
struct WithMailServers {}

import HTTPTransport
import Testing

@testable import Kubernetes

@Suite("Kubeconfig")
struct KubeconfigTests {
    /// One cluster, context and user, with these members.
    private static func text(cluster: String = "", context: String = "", user: String = "") -> String {
        """
        current-context: c
        contexts:
        - name: c
          context: {cluster: k, user: u\(context.isEmpty ? "" : ", " + context)}
        clusters:
        - name: k
          cluster: {server: "https://host:6443/"\(cluster.isEmpty ? "" : ", " + cluster)}
        users:
        - name: u
          user: {\(user)}
        """
    }

    private func access(_ text: String, context: String? = nil) throws -> ClusterAccess {
        try ClusterAccess.access(Kubeconfig(path: "/dir/config", text: Array(text.utf8)), context: context)
    }

    @Test("The least there is")
    func least() throws {
        let access = try access(Self.text())
        #expect(access.server == "https://host:6443")
        #expect(access.namespace == "default")
        #expect(access.credentials.description == "none")
        guard case .system = access.trust, case .environment = access.proxy else {
            Issue.record("neither CA nor proxy is named")
            return
        }
    }

    @Test("Tokens, certificates as data, namespace and proxy")
    func data() throws {
        let access = try access(
            Self.text(
                cluster: "certificate-authority-data: Q0E=, proxy-url: 'http://proxy:8080'",
                context: "namespace: shop",
                user: "token: hush, client-certificate-data: Q0VSVA==, client-key-data: S0VZ"
            )
        )
        #expect(access.namespace == "shop")
        #expect(access.credentials.description == "token and client certificate")
        guard case .text("hush")? = access.credentials.token,
            case .bytes([0x43, 0x41]) = try #require(access.trust.only),
            case .bytes(Array("KEY".utf8))? = access.credentials.identity?.privateKey,
            case .url("http://proxy:8080") = access.proxy
        else {
            Issue.record("\(access)")
            return
        }
        #expect(!"\(access)".contains("hush"))
        #expect(!String(reflecting: access).contains("hush"))
    }

    @Test(
        "Faults and their places",
        arguments: [
            ("", .malformed, "/dir/config: the file is empty"),
            ("- a", .malformed, "/dir/config:1:1"), ("a: [", .malformed, "/dir/config:2:1: "),
            ("a: b\n---\nc: d", .malformed, "/dir/config:1:1"),
            ("apiVersion: v1", .missing, "/dir/config:1:1: current-context"),
            ("current-context: c", .missing, "/dir/config:1:18: there is no context named \"c\""),
            ("current-context: 7", .malformed, "/dir/config:1:18: current-context must be a string"),
            ("current-context: c\ncontexts: {}", .malformed, "/dir/config:2:11"),
            ("current-context: c\ncontexts: [{name: c, context: 1}]", .malformed, "/dir/config:2:31"),
            ("current-context: c\ncontexts: [{name: c}]", .missing, "/dir/config:2:"),
            (
                "current-context: c\ncontexts: [{name: c, context: {cluster: k}}]", .missing,
                "/dir/config:2:41: there is no cluster named \"k\""
            ),
            (text(cluster: "insecure-skip-tls-verify: true"), .notSupported, "/dir/config:7:"),
            (text(cluster: "insecure-skip-tls-verify: 'yes'"), .malformed, "/dir/config:7:"),
            (text(cluster: "tls-server-name: x"), .notSupported, "/dir/config:7:"),
            (text(cluster: "proxy-url: 'socks5://x'"), .notSupported, "/dir/config:7:"),
            (text(cluster: "certificate-authority-data: '*'"), .malformed, "/dir/config:7:"),
            (text(cluster: "certificate-authority: no-such"), .unreadable, "/dir/config:7:"),
            (text(user: "exec: {command: x}"), .notSupported, "/dir/config:10:16: exec is not supported"),
            (text(user: "auth-provider: {name: x}"), .notSupported, "/dir/config:10:"),
            (text(user: "username: x, password: y"), .notSupported, "/dir/config:10:"),
            (text(user: "as: root"), .notSupported, "/dir/config:10:"),
            (text(user: "tokenFile: no-such"), .unreadable, "/dir/no-such"),
            (text(user: "token: 'a b'"), .unusable, "/dir/config:10:17"),
            (text(user: "client-key-data: S0VZ"), .missing, "/dir/config:10:"),
            (text(user: "client-certificate-data: S0VZ"), .missing, "/dir/config:10:"),
            (text().replacing("https://host:6443/", with: "host:6443"), .unusable, "/dir/config:7:21"),
            (text().replacing("https://host:6443/", with: "https://u:p@host"), .unusable, "/dir/config:7:21"),
        ] as [(String, ClusterAccessError.Code, String)]
    )
    func faults(text: String, code: ClusterAccessError.Code, beginning: String) throws {
        let error = try #require(throws: ClusterAccessError.self) { _ = try access(text) }
        #expect(error.code == code, "\(error)")
        #expect(error.description.hasPrefix(beginning), "\(error)")
    }

    @Test("Another context than the current one")
    func otherContext() throws {
        let text = Self.text() + "\n"
        #expect(throws: ClusterAccessError.self) { _ = try access(text, context: "other") }
        _ = try access(text.replacing("current-context: c\n", with: ""), context: "c")
    }
}

extension HTTPTrustRoots {
    fileprivate var only: HTTPPEM? {
        guard case .only(let pem) = self else { return nil }
        return pem
    }
}

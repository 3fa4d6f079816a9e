import Glibc
import HTTPTransport
import NIOHTTP1
import Testing

/// The proxy is a server that answers to the absolute form of a request (RFC 9112 §3.2.2).
@Suite struct HTTPProxyTests {
    @Test func anExplicitProxyGetsEveryRequest() async throws {
        try await TestServer.with {
            .answer(body: $0.head.uri)
        } _: { proxy in
            try await withClient {
                $0.proxy = .url(proxy.url)
            } _: { client in
                let answer = try await client.execute(HTTPRequest(url: "http://destination.invalid/x"))
                #expect(answer.body == Array("http://destination.invalid/x".utf8))
            }
        }
    }

    @Test func aRefusedTunnelIsTheProxysFault() async throws {
        try await TestServer.with { _ in
            .answer(.forbidden)
        } _: { proxy in
            try await withClient {
                $0.proxy = .url(proxy.url)
            } _: { client in
                let error = try await httpError {
                    _ = try await client.execute(HTTPRequest(url: "https://destination.invalid/x"))
                }
                #expect(error?.code == .proxy)
                #expect(error?.detail == "the proxy answers 403")
                #expect(proxy.requests.first?.head.method == .CONNECT)
            }
        }
    }

    @Test func theEnvironmentIsHonouredUnlessSwitchedOff() async throws {
        // A process of its own, as the environment belongs to all tests.
        await #expect(processExitsWith: .success) {
            let right = try await TestServer.with({ .answer(body: $0.head.uri) }) { proxy in
                setenv("http_proxy", proxy.url, 1)
                setenv("no_proxy", "127.0.0.1", 1)
                var configuration = HTTPClientConfiguration()
                let client = try HTTPClient(configuration)
                let byProxy = try await client.execute(HTTPRequest(url: "http://destination.invalid/x"))
                let direct = try await client.execute(HTTPRequest(url: proxy.url + "/direct"))
                configuration.proxy = .none
                let off = try HTTPClient(configuration)
                let error = try await httpError {
                    _ = try await off.execute(HTTPRequest(url: "http://127.0.0.1:1/"))
                }
                return byProxy.body == Array("http://destination.invalid/x".utf8)
                    && direct.body == Array("/direct".utf8) && error?.code == .connect
            }
            exit(right ? 0 : 1)
        }
    }
}

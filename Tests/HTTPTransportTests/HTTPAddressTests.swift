import HTTPTransport
import NIOHTTP1
import Synchronization
import Testing

@Suite struct HTTPAddressTests {
    /// Every form that libcurl takes for the server's address, and its name.
    private static let hosts = ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]

    @Test("no connection is made to an address that is refused, whatever leads to it", arguments: hosts)
    func refused(host: String) async throws {
        try await TestServer.with { _ in
            .answer(body: "never")
        } _: { server in
            try await withClient { configuration in
                configuration.addressCheck = { "no \($0.map(String.init).joined(separator: "."))" }
            } _: { client in
                let error = try await httpError {
                    _ = try await client.execute(HTTPRequest(url: "http://\(host):\(server.port)/"))
                }
                #expect(error?.code == .addressNotAllowed)
                #expect(error?.detail?.hasSuffix(".1") == true, "\(String(describing: error))")
                #expect(server.opened == 0)
            }
        }
    }

    @Test("the check sees the addresses that are connected to, and those that it allows are used")
    func allowed() async throws {
        try await TestServer.with { _ in
            .answer(body: "here")
        } _: { server in
            let seen = Mutex<[[UInt8]]>([])
            try await withClient { configuration in
                configuration.addressCheck = { address in
                    seen.withLock { $0.append(address) }
                    return address == [127, 0, 0, 1] ? nil : "no"
                }
            } _: { client in
                let response = try await client.execute(HTTPRequest(url: "http://localhost:\(server.port)/"))
                #expect(response.status == 200)
                #expect(seen.withLock { $0 }.contains([127, 0, 0, 1]))
            }
        }
    }

    @Test("a server that does not listen at an allowed address can't be connected to")
    func unreachable() async throws {
        try await withClient { configuration in
            configuration.addressCheck = { $0.count == 16 ? "no IPv6" : nil }
        } _: { client in
            let error = try await httpError {
                _ = try await client.execute(HTTPRequest(url: "http://localhost:1/"))
            }
            #expect(error?.code == .connect)
        }
    }

    @Test("the check asks about an address in the URL where a proxy makes the connection")
    func behindProxy() async throws {
        try await TestServer.with { _ in
            .answer(body: "never")
        } _: { proxy in
            try await withClient { configuration in
                configuration.proxy = .url("http://127.0.0.1:\(proxy.port)")
                configuration.addressCheck = { $0.first == 169 ? "no" : nil }
            } _: { client in
                let error = try await httpError {
                    _ = try await client.execute(HTTPRequest(url: "http://169.254.169.254/latest"))
                }
                #expect(error?.code == .addressNotAllowed)
                #expect(proxy.requests.isEmpty)
            }
        }
    }

    @Test("a redirect to a refused address is not followed")
    func redirect() async throws {
        try await TestServer.with { _ in
            .answer(body: "never")
        } _: { inner in
            try await TestServer.with { _ in
                .answer(.found, [("Location", "http://127.0.0.2:\(inner.port)/")])
            } _: { server in
                try await withClient { configuration in
                    configuration.addressCheck = { $0 == [127, 0, 0, 1] ? nil : "no" }
                } _: { client in
                    let error = try await httpError {
                        _ = try await client.execute(HTTPRequest(url: server.url, maximumRedirects: 5))
                    }
                    #expect(error?.code == .addressNotAllowed)
                }
            }
        }
    }
}

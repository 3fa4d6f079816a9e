import TestSupport
import Testing

@testable import Relay

@Suite("Clients that don't speak SMTP")
struct ForeignProtocolTests {
    /// The first bytes of each, as its clients send them.
    private static let openings: [(label: String, bytes: [UInt8], remedy: String)] = [
        (
            "tls",
            [0x16, 0x03, 0x01, 0x00, 0xC8, 0x01, 0x00, 0x00, 0xC4, 0x03, 0x03] + Array(repeating: 7, count: 190),
            "spec.service.port"
        ),
        ("http", Array("CONNECT mail.example:465 HTTP/1.1\r\nHost: mail.example:465\r\n\r\n".utf8), "TCP check"),
        ("proxy_protocol", Array("PROXY TCP4 192.0.2.1 192.0.2.2 40000 465\r\nEHLO x\r\n".utf8), "PROXY protocol"),
        (
            "proxy_protocol",
            Array("\r\n\r\n\0\r\nQUIT\n".utf8) + [0x21, 0x11, 0, 12] + Array(repeating: 1, count: 12)
                + Array("EHLO x\r\n".utf8), "PROXY protocol"
        ),
    ]

    @Test("the connection is closed, counted, and logged once for many, with the remedy", arguments: 0..<4)
    func closed(number: Int) async throws {
        let (label, bytes, remedy) = Self.openings[number]
        try await TestRelay.run { relay in
            let port = try await relay.open()
            for _ in 0..<3 {
                let client = try await TestClient.connect(to: port).greeted()
                client.send(bytes)
                #expect(try await client.closed() == "")
            }
            #expect(relay.metric("tproxy_foreign_protocol_connections_total", ["protocol": label]) == 3)
            await relay.expectMetric("tp_open_tcp_connections", 0)
            let lines = relay.log.lines.filter { $0.contains("client does not speak SMTP") }
            #expect(lines.count == 1)
            #expect(lines.first?.contains(remedy) == true && lines.first?.contains("client=127.0.0.1") == true)
        }
    }

    @Test("each route and each protocol has its own line")
    func lines() async throws {
        try await TestRelay.run { relay in
            for port in [try await relay.open(tenant: "a"), try await relay.open(tenant: "b")] {
                for (_, bytes, _) in Self.openings {
                    let client = try await TestClient.connect(to: port).greeted()
                    client.send(bytes)
                    try await client.closed()
                }
            }
            #expect(relay.log.lines.filter { $0.contains("client does not speak SMTP") }.count == 6)
        }
    }

    @Test("a client that has sent a message and then speaks TLS is closed too")
    func later() async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(
                try await client.say("STARTTLS")
                    == "502 5.5.1 no TLS is needed here, the relay encrypts for you; go on with MAIL FROM"
            )
            client.send(Self.openings[0].bytes)
            #expect(try await client.closed() == "")
        }
    }
}

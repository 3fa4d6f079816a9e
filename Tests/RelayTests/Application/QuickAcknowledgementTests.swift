import NIOCore
import Testing

@testable import Relay

@Suite("TCP acknowledgements")
struct QuickAcknowledgementTests {
    /// What the kernel was asked for is read from the socket. Had it not been asked, it would delay acknowledgements until
    /// one was late, 40 ms after the line.
    @Test("content is acknowledged at once, after each read")
    func content() async throws {
        try await TestRelay.run { relay in
            let port = try await relay.open()
            let other = try await TestClient.connect(to: port).greeted()
            let client = try await TestClient.connect(to: port).greeted()
            let socket = try #require(
                ConnectedSocket(port: port, remote: client.channel.localAddress?.port ?? 0)
            )
            for command in ["MAIL FROM:<a@example.com>", "RCPT TO:<b@example.org>", "DATA"] {
                _ = try await client.say(command)
            }
            for number in 0..<3 {
                let line = "line \(number)\r\n"
                let bytes = relay.metric("tproxy_application_received_bytes_total") + Double(line.utf8.count)
                socket.acknowledgesQuickly = false
                client.send(line)
                await relay.expectMetric("tproxy_application_received_bytes_total", bytes)
                // Both are on one event loop: the line was read to its end.
                #expect(try await other.say("NOOP").hasPrefix("250 "))
                #expect(socket.acknowledgesQuickly)
            }
        }
    }
}

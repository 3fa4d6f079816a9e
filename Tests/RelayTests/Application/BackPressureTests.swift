import MailSink
import NIOCore
import Testing

@testable import Relay

@Suite struct BackPressureTests {
    /// More than all socket buffers on the way can hold.
    private static let block = String(repeating: String(repeating: "x", count: 70) + "\r\n", count: 500_000)

    @Test func aSlowMailServerStallsTheClient() async throws {
        try await TestRelay.run { relay in
            let gate = SinkGate()
            relay.sink.script.add(SinkFault(at: .data, .stopReading(gate)))
            let client = try await relay.client()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            _ = try await client.say("RCPT TO:<b@example.org>")
            _ = try await client.say("DATA")
            client.send(Self.block)
            // The relay takes in no more than sockets and its own bounded buffers hold, and then nothing.
            var last = -1.0
            var same = 0
            while same < 50 {
                let now = relay.metric("tproxy_application_received_bytes_total")
                same = now == last && now > 0 ? same + 1 : 0
                last = now
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(last < Double(Self.block.utf8.count) / 2)
            #expect(!client.channel.isWritable)

            gate.open()
            client.send(".\r\n")
            #expect(try await client.reply().hasPrefix("250 "))
            #expect(relay.sink.mails.map(\.size) == [Self.block.utf8.count])
        }
    }

    @Test("an endless line doesn't enlarge what is read of a client that waits")
    func smallReads() async throws {
        try await TestRelay.runWithWaiter { relay, port, first, second in
            let client = try await TestClient.connect(to: port).greeted()
            let received = relay.metric("tproxy_application_received_bytes_total")
            #expect(try await client.say(String(repeating: "x", count: 300_000)).hasPrefix("500 5.5.2 "))
            await relay.expectMetric("tproxy_application_received_bytes_total", received + 300_002)
            let recipients = String(repeating: "RCPT TO:<b@example.org>\r\n", count: 3500)
            client.send("MAIL FROM:<c@example.com>\r\n" + recipients)
            await relay.expectMetric("tproxy_upstream_waiting", 2)
            #expect(relay.metric("tproxy_application_received_bytes_total") - received <= 306_146)
            for client in [first, second, client] { client.close() }
        }
    }

    @Test func aClientThatReadsNothingIsNotReadFrom() async throws {
        try await TestRelay.run { relay in
            let client = try await TestClient.connect(to: relay.open(), reads: false)
            // Each line is answered with some six.
            let line = "EHLO app\r\n"
            let lines = String(repeating: line, count: 2_000_000)
            client.send(lines)
            var last = -1.0
            var same = 0
            while same < 50 {
                let now = relay.metric("tproxy_application_received_bytes_total")
                same = now == last && now > 0 ? same + 1 : 0
                last = now
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(last < Double(lines.utf8.count) / 2)
            client.close()
            await relay.expectMetric("tp_open_tcp_connections", 0)
        }
    }
}

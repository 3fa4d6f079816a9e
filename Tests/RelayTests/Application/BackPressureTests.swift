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

import MailSink
import NIOCore
import SMTP
import Testing
import UpstreamPool

@testable import Relay

@Suite("What EHLO is answered") struct CapabilityCacheTests {
    private var cache = CapabilityCache()
    private static let offered: Capabilities = {
        var capabilities = Capabilities()
        capabilities.eightBitMIME = true
        return capabilities
    }()

    private func time(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

    private mutating func ask(at seconds: Int64) -> String {
        let (answer, startsProbe) = cache.ask(at: time(seconds))
        let text =
            switch answer {
            case .known: "known"
            case .unknown(let former): former == nil ? "unknown" : "former"
            case .pending: "pending"
            }
        return startsProbe ? "\(text), probe" : text
    }

    @Test("clients that come before anything is known share one probe")
    mutating func probe() {
        #expect(ask(at: 0) == "pending, probe")
        #expect(ask(at: 1) == "pending")
        #expect(cache.probeEnded(Self.offered, at: time(2)) == .known(Self.offered))
        #expect(ask(at: 1000) == "known")
    }

    @Test("a mail server that doesn't answer is waited for once, and asked again later in the background")
    mutating func silent() {
        #expect(ask(at: 0) == "pending, probe")
        #expect(cache.waitLimitReached(at: time(3)) == .unknown(nil))
        #expect(ask(at: 4) == "unknown")
        #expect(ask(at: 20) == "unknown")
        #expect(cache.probeEnded(nil, at: time(30)) == .unknown(nil))
        #expect(ask(at: 39) == "unknown")
        #expect(ask(at: 40) == "unknown, probe")
        #expect(ask(at: 41) == "unknown")
        #expect(cache.probeEnded(Self.offered, at: time(42)) == .known(Self.offered))
        #expect(ask(at: 43) == "known")
    }

    @Test("a session of a message ends the ignorance, and outlives a probe that fails")
    mutating func session() {
        #expect(ask(at: 0) == "pending, probe")
        cache.learned(Self.offered)
        #expect(ask(at: 1) == "known")
        #expect(cache.probeEnded(nil, at: time(2)) == .known(Self.offered))
    }

    @Test("of another destination nothing is known, and what the last session offered serves where it is silent")
    mutating func changed() {
        cache.learned(Self.offered)
        cache.destinationChanged()
        #expect(ask(at: 0) == "pending, probe")
        #expect(cache.waitLimitReached(at: time(3)) == .unknown(Self.offered))
        #expect(ask(at: 4) == "former")
        cache.destinationChanged()
        #expect(ask(at: 5) == "pending")
    }

    @Test("a mail server that is silent: EHLO waits once, then offers all that the relay can pass")
    func silentServer() async throws {
        let limits = RelayLimits.test { $0.capabilityWait = .milliseconds(50) }
        var configuration = SinkConfiguration()
        configuration.offersSMTPUTF8 = false
        try await TestRelay.run(limits: limits, sink: configuration) { relay in
            let gate = SinkGate()
            relay.sink.script.add(SinkFault(at: .greeting, .stall(gate)))
            let client = try await relay.client()
            for _ in 0..<3 {
                #expect(
                    try await client.say("EHLO app") == """
                        250-relay.example
                        250-PIPELINING
                        250-SIZE 157286400
                        250-8BITMIME
                        250-SMTPUTF8
                        250 DSN
                        """
                )
            }
            #expect(relay.sink.counters.connections == 1)
            // What the server lacks is refused as soon as that is known.
            #expect(try await client.say("MAIL FROM:<b\u{F6}b@example.com> SMTPUTF8") == "250 2.1.0 OK")
            client.send("RCPT TO:<b@example.org>\r\n")
            gate.open()
            #expect(try await client.reply().hasPrefix("555 5.5.4 "))
            #expect(try await client.say("RSET").hasPrefix("250 "))
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(try await !client.say("EHLO app").contains("SMTPUTF8"))
        }
    }

    @Test("a mail server that is away: EHLO is answered, and RCPT says 451 while nothing is known")
    func absentServer() async throws {
        let limits = RelayLimits.test {
            $0.capabilityWait = .milliseconds(50)
            $0.pool.wait = .milliseconds(100)
        }
        try await TestRelay.run(limits: limits) { relay in
            await relay.sink.stop()
            let client = try await relay.client()
            #expect(try await client.say("EHLO app").hasPrefix("250-relay.example\n250-PIPELINING\n"))
            #expect(try await client.say("MAIL FROM:<b\u{F6}b@example.com> SMTPUTF8") == "250 2.1.0 OK")
            #expect(try await client.say("RCPT TO:<b@example.org>").hasPrefix("451 4.4.1 "))
        }
    }
}

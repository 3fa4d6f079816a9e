import DestinationModel
import DestinationSources
import HTTPTransport
import MailSink
import NameResolution
import SMTP
import Synchronization
import TestSupport
import Testing

@testable import Relay

/// Where a destination's host leads, and what the client hears where it leads nowhere.
@Suite struct MailServerAddressTests {
    private static func addresses(_ texts: [String]) -> NameResolver.Answer {
        .success(texts.compactMap { IPAddress($0) })
    }

    @Test("name servers that do not answer one namespace leave the mail of another alone")
    func silentNameServers() async throws {
        let gate = BlockingGate()
        let lookUp: @Sendable (String) -> NameResolver.Answer = { name in
            if name.hasSuffix(".silent.example") {
                gate.wait()
                return .failure(.noAnswer)
            }
            return Self.addresses(["127.0.0.1"])
        }
        try await TestRelay.run(lookUp: lookUp) { relay in
            defer { gate.open() }
            for number in 0..<200 {
                let tenant = "t\(number)"
                relay.source.set(relay.destination { $0.host = "mail\(number).silent.example" }, tenant: tenant)
                let port = try await relay.open(namespace: "hostile", tenant: tenant)
                let client = try await TestClient.connect(to: port).greeted()
                try await client.requestSession()
            }
            await relay.expectMetric("tproxy_upstream_waiting", 200)
            #expect(relay.resolver.busyThreads <= 3)
            for number in 0..<8 {
                let tenant = "n\(number)"
                let destination = relay.destination {
                    $0.host = "mail.neighbour\(number).example"
                    $0.tls.verification = .none
                }
                relay.source.set(destination, tenant: tenant)
                let port = try await relay.open(namespace: "neighbour\(number)", tenant: tenant)
                let client = try await TestClient.connect(to: port).greeted()
                #expect(try await client.mail().hasPrefix("250 "))
            }
            #expect(relay.resolver.waitingCount == 200)
        }
    }

    @Test(
        "a name without address is told apart from a server that does not answer",
        arguments: [
            (NameLookupFailure.notFound, "the name mail.example does not exist"),
            (.noAnswer, "no answer from DNS for mail.example"),
        ]
    )
    func noAddress(failure: NameLookupFailure, text: String) async throws {
        try await TestRelay.run(lookUp: { _ in .failure(failure) }) { relay in
            relay.source.set(relay.destination { $0.host = "mail.example" })
            let client = try await relay.client()
            #expect(try await client.beginEnvelope().hasPrefix("451 4.4.3 mail (destination mail): \(text)"))
            let labels: KeyValuePairs = ["reason": "name_resolution"]
            await relay.expectMetric("tproxy_upstream_session_failures_total", labels, 1)
        }
    }

    @Test(
        "an address that destinations must not lead to is not connected to",
        arguments: ["127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "name"]
    )
    func refusedAddress(host: String) async throws {
        let refused = host == "name" ? "127.0.0.1" : host
        try await TestRelay.run(lookUp: { _ in Self.addresses(["127.0.0.1"]) }, addresses: []) { relay in
            relay.source.set(relay.destination { $0.host = host == "name" ? "mail.example" : host })
            let client = try await relay.client()
            let reply = try await client.beginEnvelope()
            #expect(reply == "451 4.4.4 mail (destination mail): address not allowed")
            #expect(relay.log.contains("address not allowed: \(refused) is "))
            #expect(relay.log.contains("relay.allowedAddresses can allow it"))
            #expect(relay.sink.counters.connections == 0)
            await relay.expectMetric("tproxy_upstream_session_failures_total", ["reason": "address"], 1)
        }
    }

    @Test("the address that a later look-up gives is judged, too")
    func rebinding() async throws {
        let answers = Mutex(["127.0.0.1", "127.0.0.2"])
        let lookUp: @Sendable (String) -> NameResolver.Answer = { _ in
            Self.addresses([answers.withLock { $0.removeFirst() }])
        }
        let allowed = [AddressRange("127.0.0.1")].compactMap(\.self)
        try await TestRelay.run(lookUp: lookUp, addresses: allowed) { relay in
            relay.source.set(
                relay.destination {
                    $0.host = "one.example"
                    $0.tls.verification = .none
                }
            )
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            relay.source.set(relay.destination { $0.host = "two.example" }, tenant: "other")
            let port = try await relay.open(tenant: "other")
            let other = try await TestClient.connect(to: port).greeted()
            let reply = try await other.beginEnvelope()
            #expect(reply.hasPrefix("451 4.4.4 "))
            #expect(relay.sink.counters.connections == 1)
        }
    }

    @Test("of a name with some refused addresses the others are tried")
    func mixedAddresses() async throws {
        let allowed = [AddressRange("127.0.0.1")].compactMap(\.self)
        let lookUp: @Sendable (String) -> NameResolver.Answer = { _ in
            Self.addresses((2...200).map { "127.0.0.\($0)" } + ["127.0.0.1"])
        }
        try await TestRelay.run(lookUp: lookUp, addresses: allowed) { relay in
            relay.source.set(
                relay.destination {
                    $0.host = "mail.example"
                    $0.tls.verification = .none
                }
            )
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
        }
    }

    @Test("of a name with a thousand addresses eight are tried")
    func manyAddresses() async throws {
        let lookUp: @Sendable (String) -> NameResolver.Answer = { name in
            // Nothing listens on the others.
            let unused = (0..<1000).map { "127.0.\(1 + $0 / 250).\(1 + $0 % 250)" }
            return Self.addresses(unused.prefix(name.hasPrefix("seven.") ? 7 : 8) + ["127.0.0.1"] + unused)
        }
        try await TestRelay.run(lookUp: lookUp) { relay in
            func destination(_ host: String) -> MailDestination {
                relay.destination {
                    $0.host = host
                    $0.tls.verification = .none
                }
            }
            relay.source.set(destination("eight.example"))
            let client = try await relay.client()
            #expect(try await client.beginEnvelope().hasPrefix("451 4.4.1 "))
            #expect(relay.sink.counters.connections == 0)
            relay.source.set(destination("seven.example"), tenant: "other")
            let port = try await relay.open(tenant: "other")
            let other = try await TestClient.connect(to: port).greeted()
            #expect(try await other.mail().hasPrefix("250 "))
        }
    }

    @Test("the policy holds for token services of destinations, and not for what the administrator configures")
    func exemption() {
        let transport = RelayParts.transport(.system)
        #expect(transport.addressCheck == nil)
        let restricted = transport.restricted { AddressPolicy(setting: "relay.allowedAddresses") }
        let text = "address not allowed: 127.0.0.1 is loopback, relay.allowedAddresses can allow it"
        #expect(restricted.addressCheck?([127, 0, 0, 1]) == text)
        #expect(restricted.addressCheck?([10, 0, 0, 1]) == nil)
    }

    @Test("a token service at a refused address is named in the log and not to the client")
    func tokenService() throws {
        let detail =
            "https://tokens.example:443: no allowed address (address not allowed: 169.254.169.254 is link-local)"
        let failure = UpstreamFailure(TokenError(.addressNotAllowed, detail: detail))
        #expect(failure.kind == .token)
        #expect(failure.reason.contains("169.254.169.254"))
        let reply = failure.reply(for: try TestRelay.route())
        #expect(reply.text.hasSuffix(": no access token: the token service's address is not allowed"))
    }
}

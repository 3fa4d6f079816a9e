import DestinationModel
import DestinationSources
import Foundation
import MailSink
import NIOCore
import NIOPosix
import NameResolution
import SMTP
import TLS
import Telemetry
import TestSupport
import Testing
import UpstreamPool

@testable import Relay

/// A relay with its routes, and a mail server behind it, all in this process.
final class TestRelay: Sendable {
    static let user = "postmaster@shop.example"
    static let password = "pa55-of-the-shop"

    let sink: SinkServer
    let source = ScriptedSource()
    let tokens: ScriptedTokens
    let registry: MetricsRegistry
    let resolver: NameResolver
    let table: RouteTable
    let log: LogCollector

    /// Runs a test in which the first application holds the route's only session and the second waits for one. There is
    /// a long time to drain.
    static func runWithWaiter(
        _ test: (_ relay: TestRelay, _ port: Int, _ first: TestClient, _ second: TestClient) async throws -> Void
    ) async throws {
        let limits = RelayLimits.test {
            $0.grace = .seconds(60)
            $0.pool.sessions = 1
        }
        try await run(limits: limits) { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            try await first.beginEnvelope()
            let second = try await TestClient.connect(to: port).greeted()
            try await second.requestSession(from: "b@example.com")
            await relay.expectMetric("tproxy_upstream_waiting", 1)
            try await test(relay, port, first, second)
        }
    }

    /// Runs a test against a relay that it gets started and stopped.
    ///
    /// The one route there is (`shop/mail`) leads to the mail server under a name and password that are good.
    ///
    /// - Parameters:
    ///   - lookUp: looks names up; without it the system does.
    ///   - addresses: what destinations may lead to besides public and private addresses.
    static func run(
        limits: RelayLimits = .test,
        sink configuration: SinkConfiguration = SinkConfiguration(),
        lookUp: @escaping @Sendable (String) -> NameResolver.Answer = SystemNameLookup.addresses(of:),
        addresses: [AddressRange] = AddressPolicy.loopback,
        _ test: (TestRelay) async throws -> Void
    ) async throws {
        let relay = try await TestRelay(limits, configuration, lookUp, addresses)
        relay.source.set(relay.destination())
        do {
            try await test(relay)
        } catch {
            await relay.stop()
            throw error
        }
        await relay.stop()
    }

    private init(
        _ limits: RelayLimits,
        _ configuration: SinkConfiguration,
        _ lookUp: @escaping @Sendable (String) -> NameResolver.Answer,
        _ addresses: [AddressRange]
    ) async throws {
        let trust = try TestTrust.shared.get()
        sink = try await SinkServer.start(configuration, tls: trust.authority.serverContext())
        sink.accounts.setPassword(Self.password, for: Self.user)
        tokens = ScriptedTokens()
        registry = MetricsRegistry()
        log = LogCollector()
        let policy = AddressPolicy(allowed: addresses, setting: "relay.allowedAddresses")
        resolver = NameResolver(lookUp: lookUp)
        let environment = RelayEnvironment(
            name: "relay.example",
            limits: limits,
            source: source,
            connector: SessionConnector(
                name: "relay.example",
                tokens: tokens,
                resolver: resolver,
                addressPolicy: { policy }
            ),
            tlsContexts: TLSContextCache(trustRoots: .file(trust.file)),
            metrics: try RelayMetrics(registry, limits: limits),
            connections: ConnectionLimiter(limits: limits),
            openings: OpeningPacer(pauses: limits.openings),
            logger: log.logger
        )
        table = RouteTable(environment, on: MultiThreadedEventLoopGroup.singleton)
    }

    private func stop() async {
        await table.drain()
        await sink.stop()
    }

    // MARK: Destinations and routes

    /// The mail server as a destination.
    func destination(_ change: (inout MailDestination) -> Void = { _ in }) -> MailDestination {
        var destination = MailDestination(
            name: "mail",
            host: "127.0.0.1",
            port: sink.port,
            authentication: .basic(user: Self.user, password: Secret(Self.password))
        )
        change(&destination)
        return destination
    }

    static func route(namespace: String = "shop", tenant: String? = nil) throws -> Route {
        let reference = DestinationReference(destination: "mail", instance: "default", tenant: tenant)
        return try #require(
            Route(namespace: namespace, resource: "mail", destination: reference, servicePort: 465)
        )
    }

    /// Opens a route and returns its port.
    func open(namespace: String = "shop", tenant: String? = nil) async throws -> Int {
        try await table.open(Self.route(namespace: namespace, tenant: tenant), host: "127.0.0.1", port: 0).port
    }

    /// A client of the route without tenant, which is opened for it, its greeting read.
    func client() async throws -> TestClient {
        try await TestClient.connect(to: open()).greeted()
    }

    // MARK: Metrics

    var exposition: String { String(decoding: registry.render(), as: UTF8.self) }

    /// The sum of the series of this name that have all these labels.
    func metric(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) -> Double {
        exposition.split(separator: "\n").filter { line in
            line.prefix { $0 != "{" && $0 != " " } == name
                && labels.allSatisfy { line.contains("\($0.key)=\"\($0.value)\"") }
        }.compactMap { Double($0.drop { $0 != " " }.dropFirst()) }.reduce(0, +)
    }

    /// Waits until all series of this name together have this value.
    func expectMetric(_ name: String, _ value: Double, location: SourceLocation = #_sourceLocation) async {
        await expectMetric(name, [:], value, location: location)
    }

    /// Waits until a series has this value.
    func expectMetric(
        _ name: String,
        _ labels: KeyValuePairs<String, String>,
        _ value: Double,
        location: SourceLocation = #_sourceLocation
    ) async {
        let isTrue = await eventually { self.metric(name, labels) == value }
        #expect(isTrue, "\(name) is \(metric(name, labels)), not \(value)", sourceLocation: location)
    }
}

extension RelayLimits {
    /// Nothing waits for longer than the test wants it to, and a test's end cuts off what is left.
    static var test: RelayLimits {
        var limits = RelayLimits()
        limits.grace = .zero
        limits.openings.open = .milliseconds(1)...(.milliseconds(2))
        return limits
    }

    static func test(_ change: (inout RelayLimits) -> Void) -> RelayLimits {
        var limits = test
        change(&limits)
        return limits
    }
}

/// Waits until a condition holds that nobody tells of.
func eventually(_ condition: () -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(2))
    }
    return condition()
}

import Glibc
import NIOCore
import NIOPosix
import TLS
import Telemetry
import TestSupport

@testable import Admission

/// A whole server on a port of its own, with a certificate of its own.
struct TestServer {
    let judge: TestService
    let server: AdmissionServer
    let stop = StopFlag()
    let trust: TLSClientContext
    let environment: ServingEnvironment
    var port: Int { server.address.port ?? 0 }

    init(
        limits: ServingLimits = ServingLimits(),
        tls: TLSServerContext? = nil,
        access: ReviewAccess = .anyClient
    ) async throws {
        judge = try TestService(limits: limits)
        let stop = stop
        let pages = OperationsRouter.pages(registry: judge.registry) {
            Readiness(isReady: !stop.isSet, text: stop.isSet ? "stopping\n" : "ready\n")
        }
        environment = ServingEnvironment(
            limits: limits,
            access: access,
            pages: OperationsRouter(routes: pages),
            reviews: judge.service,
            metrics: judge.metrics,
            stop: stop,
            logger: judge.log.logger
        )
        let tls = try tls ?? TLSServerContext(TLSServerConfiguration(identity: try CertificateFiles.identity()))
        server = try await AdmissionServer.start(
            host: "127.0.0.1",
            port: 0,
            group: MultiThreadedEventLoopGroup.singleton,
            tls: tls,
            environment: environment
        )
        var client = TLSClientConfiguration()
        client.verification = .none
        trust = try TLSClientContext(client)
    }

    /// A TLS connection to the server.
    func connect(from source: String = "127.0.0.1") async throws -> RawClient {
        try await RawClient.connect(to: port, tls: trust, from: source)
    }

    /// A TCP connection to the server.
    func connectPlainly(from source: String = "127.0.0.1") async throws -> RawClient {
        try await RawClient.connect(to: port, tls: nil, from: source)
    }

    /// Whether a client that holds nothing yet could hold that many bytes of a body now.
    func hasRoom(for count: Int) -> Bool {
        environment.bodies.lease(for: "another").grow(to: count)
    }

    func close() async {
        await server.shutdown(grace: .zero)
    }
}

extension CertificateValidity {
    /// Valid now, for an hour.
    static var test: CertificateValidity { CertificateValidity(from: Int64(time(nil)), seconds: 3600) }
}

/// Runs a test's body with a server, and closes the server behind it.
func withServer(
    limits: ServingLimits = ServingLimits(),
    _ body: (TestServer) async throws -> Void
) async throws {
    let server = try await TestServer(limits: limits)
    do {
        try await body(server)
    } catch {
        await server.close()
        throw error
    }
    await server.close()
}

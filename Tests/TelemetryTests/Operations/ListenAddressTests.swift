import NIOCore
import NIOPosix
import Telemetry
import Testing

@Suite("Listen addresses")
struct ListenAddressTests {
    @Test("a server that listens on all addresses is reached over IPv4, and over IPv6 where the machine has it")
    func bothFamilies() async throws {
        let server = try await OperationsServer.start(
            host: ListenAddress.any,
            port: 0,
            group: MultiThreadedEventLoopGroup.singleton,
            registry: MetricsRegistry(),
            readiness: { Readiness(isReady: true, text: "") }
        )
        let port = try #require(server.address.port)
        for host in Set(["127.0.0.1", ListenAddress.reachable(ListenAddress.any)]) {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: host, port: port).get()
            try await channel.close()
        }
        await server.shutdown(grace: .zero)
    }

    @Test("an address that is given is bound as it is", arguments: ["127.0.0.1", "0.0.0.0", "::1", "localhost"])
    func given(host: String) {
        #expect(ListenAddress.resolved(host) == host)
    }

    @Test(
        "a client over IPv4 has an address of IPv4",
        arguments: [
            ("::ffff:10.1.2.3", "10.1.2.3"), ("10.1.2.3", "10.1.2.3"), ("fd00::2", "fd00::2"), ("::1", "::1"),
        ]
    )
    func mapped(address: String, plain: String) throws {
        #expect(try SocketAddress(ipAddress: address, port: 1).plainIPAddress == plain)
    }
}

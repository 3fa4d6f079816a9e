import NIOCore
import Testing

@testable import Relay

/// Scripts depend on the form, to the octet.
@Suite struct RouteAnnouncementTests {
    @Test func withTenant() throws {
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1465)
        let line = try RouteAnnouncement(TestRelay.route(tenant: "t1"), at: address).line
        #expect(
            String(decoding: line, as: UTF8.self) == """
                {"namespace":"shop","destination":"mail","tenant":"t1","service":"mail-t1","address":"127.0.0.1","port":1465}

                """
        )
    }

    @Test func withoutTenant() throws {
        let address = try SocketAddress(ipAddress: "::1", port: 20000)
        let line = try RouteAnnouncement(TestRelay.route(), at: address).line
        #expect(
            String(decoding: line, as: UTF8.self) == """
                {"namespace":"shop","destination":"mail","tenant":null,"service":"mail","address":"::1","port":20000}

                """
        )
    }
}

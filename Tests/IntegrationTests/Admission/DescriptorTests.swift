import NIOCore
import NIOPosix
import Testing

/// A node may grant a server few files, and anyone in the cluster may connect to the webhook.
@Suite struct DescriptorTests {
    @Test("More connections than there are files to have don't keep the API server out")
    func flood() async throws {
        let server = try await AdmissionProcess(.defaultInstance, authority: TestCA(), descriptors: 200)
        try await server.waitUntilReady()
        #expect(server.log.contains("fewer connections are allowed than usual"))
        var idle: [any Channel] = []
        for _ in 0..<300 {
            idle.append(
                try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connect(host: "127.0.0.1", port: server.port).get()
            )
        }
        // From an address of its own, as the API server's. More than one, for that may find a descriptor that has just
        // been released.
        for _ in 0..<5 {
            let answer = try await server.post("{}", from: "127.0.0.2")
            #expect(answer.output.contains("AdmissionReview"), "\(answer)")
        }
        #expect(try await server.page("/readyz", from: "127.0.0.3").contains("ready"))
        for channel in idle { try? await channel.close() }
    }
}

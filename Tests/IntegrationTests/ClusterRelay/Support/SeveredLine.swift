import FoundationEssentials
import NIOCore
import NIOPosix
import Synchronization

/// A line to the API server that a test can cut and mend.
final class SeveredLine: Sendable {
    /// A kubeconfig that leads through the line.
    let kubeconfig: String
    private let directory: TemporaryDirectory
    private let state: Line
    private let channel: any Channel

    private final class Line: Sendable {
        private let state = Mutex<(isCut: Bool, channels: [ObjectIdentifier: any Channel])>((false, [:]))

        /// Takes a connection in; false while the line is cut.
        func admit(_ channel: any Channel) -> Bool {
            let isAdmitted = state.withLock { state in
                guard !state.isCut else { return false }
                state.channels[ObjectIdentifier(channel)] = channel
                return true
            }
            channel.closeFuture.whenComplete { _ in
                self.state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
            }
            return isAdmitted
        }

        func set(isCut: Bool) -> [any Channel] {
            state.withLock { state in
                state.isCut = isCut
                return Array(state.channels.values)
            }
        }
    }

    struct NoServer: Error {}

    /// - Parameter kubeconfig: leads to an API server on the loopback.
    init(to kubeconfig: String) async throws {
        let text = try String(contentsOf: URL(filePath: kubeconfig), encoding: .utf8)
        guard let match = text.firstMatch(of: #/https://127\.0\.0\.1:(\d+)/#),
            let target = Int(match.1)
        else { throw NoServer() }
        let line = Line()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                guard line.admit(client) else { return client.eventLoop.makeFailedFuture(NoServer()) }
                return ClientBootstrap(group: client.eventLoop)
                    .channelOption(.autoRead, value: false)
                    .connect(host: "127.0.0.1", port: target)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(Pump(to: server))
                        try server.pipeline.syncOperations.addHandler(Pump(to: client))
                    }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let port = channel.localAddress?.port ?? 0
        (self.state, self.channel, self.directory) = (line, channel, try TemporaryDirectory())
        self.kubeconfig = try self.directory.write(
            text.replacing("https://127.0.0.1:\(target)", with: "https://127.0.0.1:\(port)"),
            to: "kubeconfig"
        )
    }

    /// All connections break off, and new ones are closed at once.
    func cut() {
        for channel in self.state.set(isCut: true) { channel.close(promise: nil) }
    }

    func mend() { _ = self.state.set(isCut: false) }

    func stop() async {
        self.cut()
        try? await self.channel.close()
    }
}

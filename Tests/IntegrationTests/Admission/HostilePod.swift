import NIOCore
import NIOPosix
import Synchronization
import TLS

/// A pod that attacks the admission server.
struct HostilePod: Sendable {
    enum Attack: String, CaseIterable, Sendable {
        /// Connections that say nothing.
        case silence
        /// A record's header, most of the record, and no more.
        case halfRecords
        /// TLS connections without a request.
        case idle
        /// Handshakes, each on a connection that ends with it.
        case handshakes
        /// Heads of requests with many fields, and without an end.
        case endlessHeads
        /// Bodies that lack their last byte.
        case withheldBodies
        /// Reviews with 190,000 tenants.
        case manyTenants
        /// Bodies with as many values as fit.
        case manyValues

        /// The limit of the server that it reaches, by the name in the metric; `nil` if a server without the limit is killed,
        /// which shows as much.
        var limit: String? {
            switch self {
            case .silence, .halfRecords: "handshakes"
            case .handshakes: "handshake_rate"
            case .withheldBodies: "bodies"
            case .idle, .endlessHeads, .manyTenants, .manyValues: nil
            }
        }
    }

    let attack: Attack
    let port: Int
    /// Its address, on the loopback.
    let address: String
    private let connections = Connections()

    private final class Connections: Sendable {
        let open = Mutex<[any Channel]>([])
    }

    init(_ attack: Attack, port: Int, address: String = "127.0.0.1") {
        self.attack = attack
        self.port = port
        self.address = address
    }

    private static let head = "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

    private static func post(_ body: [UInt8]) -> [UInt8] {
        Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    /// A review with so many tenants that it hardly fits into a body.
    private static let tenants: [UInt8] = {
        let names = (0..<190_000).map { "\\\"A\($0)\\\"" }.joined(separator: ",")
        let annotation = "transparent-proxy.connectivity.api.sap/tenant-subdomains"
        let metadata = "{\"name\":\"mail\",\"namespace\":\"shop\",\"annotations\":{\"\(annotation)\":\"[\(names)]\"}}"
        let object = """
            {"apiVersion":"destination.connectivity.api.sap/v1","kind":"Destination","metadata":\(metadata),\
            "spec":{"destinationRef":{"name":"d"}}}
            """
        let resource =
            "{\"group\":\"destination.connectivity.api.sap\",\"version\":\"v1\",\"resource\":\"destinations\"}"
        return Array(
            """
            {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE",\
            "resource":\(resource),"namespace":"shop","name":"mail","object":\(object)}}
            """.utf8
        )
    }()

    private static let values: [UInt8] = {
        let items = String(repeating: "{\"a\":[{}]},", count: 270_000)
        return Array("[\(items)1]".utf8)
    }()

    private var message: [UInt8] {
        switch attack {
        case .silence, .idle, .handshakes: []
        case .halfRecords: [0x16, 3, 1, 0x40, 0, 1, 0, 0x3F, 0xFC, 3, 3] + [UInt8](repeating: 0x78, count: 12_000)
        case .endlessHeads: Array(("GET / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 60)).utf8)
        case .withheldBodies: Self.post([UInt8](repeating: 0x20, count: 3 << 20)).dropLast()
        case .manyTenants: Self.post(Self.tenants)
        case .manyValues: Self.post(Self.values)
        }
    }

    private var usesTLS: Bool {
        switch attack {
        case .silence, .halfRecords: false
        case .idle, .handshakes, .endlessHeads, .withheldBodies, .manyTenants, .manyValues: true
        }
    }

    /// How many connections it has at a time.
    private var width: Int {
        switch attack {
        case .silence, .halfRecords, .idle, .endlessHeads: 2500
        case .handshakes: 200
        case .withheldBodies: 40
        case .manyTenants, .manyValues: 8
        }
    }

    /// Opens as many connections as the attack has at a time, except those that are still open. Returns when each has done
    /// what the attack consists of, or was closed by the server.
    func openAll() async throws {
        var configuration = TLSClientConfiguration()
        configuration.verification = .none
        let context = try TLSClientContext(configuration)
        let message = ByteBuffer(bytes: message)
        let count = connections.open.withLock { open in
            open.removeAll { !$0.isActive }
            return open.count
        }
        await withTaskGroup { tasks in
            for _ in count..<max(width, count) {
                // One that the server refuses is no more than that.
                tasks.addTask { try? await self.connect(context, message) }
            }
        }
    }

    /// Ends all of them.
    func close() async {
        for channel in connections.open.withLock({ $0 }) { try? await channel.close() }
    }

    private func connect(_ context: TLSClientContext, _ message: ByteBuffer) async throws {
        let (usesTLS, attack) = (usesTLS, attack)
        let done = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
        defer { done.succeed() }
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if usesTLS {
                        let tls = TLSHandler(client: context, serverName: "localhost")
                        try channel.pipeline.syncOperations.addHandler(tls)
                    }
                    let handler = HostileHandler(sending: message, attack, waitsForTLS: usesTLS, done: done)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(to: SocketAddress(ipAddress: address, port: 0))
            .connect(host: "127.0.0.1", port: port).get()
        connections.open.withLock { $0.append(channel) }
        try await done.futureResult.get()
    }
}

/// Sends what an attack sends, closes where that belongs to it, and says when it's done.
private final class HostileHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let message: ByteBuffer
    private let attack: HostilePod.Attack
    private let waitsForTLS: Bool
    private let done: EventLoopPromise<Void>

    init(sending message: ByteBuffer, _ attack: HostilePod.Attack, waitsForTLS: Bool, done: EventLoopPromise<Void>) {
        self.message = message
        self.attack = attack
        self.waitsForTLS = waitsForTLS
        self.done = done
    }

    func channelActive(context: ChannelHandlerContext) {
        if !waitsForTLS { send(context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        done.succeed()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSHandshakeCompleted { send(context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // An answer: the next connection.
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func send(_ context: ChannelHandlerContext) {
        let (attack, done, channel) = (attack, done, context.channel)
        context.writeAndFlush(wrapOutboundOut(message)).whenComplete { _ in
            switch attack {
            case .silence, .halfRecords, .idle, .endlessHeads, .withheldBodies: done.succeed()
            case .handshakes: channel.close(promise: nil)
            // Done with the answer, which closes the connection.
            case .manyTenants, .manyValues: break
            }
        }
    }
}

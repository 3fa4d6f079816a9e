import NIOCore
import NIOPosix
import Synchronization

/// A connection to a port of the loopback that leads to a pod.
///
/// It ends when its time is over, whatever is being waited for.
struct LoopbackConnection {
    /// Why there is nothing more to read.
    enum Failure: Error, Hashable, Sendable {
        /// The other side has closed the connection.
        case closed
        /// The time is over.
        case timeout
    }

    private var input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let output: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let clock: Clock

    /// Knows whether the time is over.
    private final class Clock: Sendable {
        let isLate = Atomic(false)
    }

    /// Connects, lets `body` use the connection, and closes it.
    ///
    /// - Parameters:
    ///   - limit: How long all of it may take.
    /// - Throws: `Failure`, and what `body` throws.
    static func use<Result: Sendable>(
        port: Int,
        within limit: Duration,
        _ body: (inout LoopbackConnection) async throws -> Result
    ) async throws -> Result {
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        let clock = Clock()
        let connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>
        do {
            connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connectTimeout(TimeAmount(limit))
                .connect(to: address) { channel in
                    channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
                }
        } catch ChannelError.connectTimeout {
            throw Failure.timeout
        } catch is IOError {
            throw Failure.closed
        }
        let channel = connection.channel
        let end = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) {
            clock.isLate.store(true, ordering: .sequentiallyConsistent)
            channel.close(promise: nil)
        }
        defer { end.cancel() }
        return try await connection.executeThenClose { input, output in
            var connection = LoopbackConnection(input: input.makeAsyncIterator(), output: output, clock: clock)
            return try await body(&connection)
        }
    }

    /// Waits for what comes next.
    ///
    /// - Throws: `Failure` where nothing comes any more.
    mutating func read() async throws -> ByteBuffer {
        // Whatever breaks a connection to the loopback: it is closed.
        guard let bytes = try? await input.next() else {
            try Task.checkCancellation()
            throw failure
        }
        return bytes
    }

    /// Sends octets.
    ///
    /// - Throws: `Failure` where nobody takes them any more.
    func write(_ bytes: ByteBuffer) async throws {
        do {
            try await output.write(bytes)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw failure
        }
    }

    private var failure: Failure { clock.isLate.load(ordering: .sequentiallyConsistent) ? .timeout : .closed }
}

@available(*, unavailable)
extension LoopbackConnection: Sendable {}

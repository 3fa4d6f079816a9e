import FoundationEssentials
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The relay as a child process.
struct RelayProcess: Sendable {
    let pid: pid_t
    /// The lines of its standard output; ends with it.
    let lines: AsyncStream<String>
    /// Its exit code, 128 + n if signal n ended it.
    private let exit: EventLoopFuture<Int32>

    /// Starts the relay.
    ///
    /// - Parameter isQuiet: whether its standard error goes nowhere instead of to ours.
    static func start(_ path: String, _ arguments: [String], isQuiet: Bool) async throws -> RelayProcess {
        guard access(path, X_OK) == 0 else { throw DemoProblem.noRelay(path) }
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        // The kernel ends the child when the thread that made it ends. An event loop's thread lives as long as we do; one
        // of Swift's pool may not.
        let (pid, output) = try await eventLoop.submit { try spawn(path, arguments, isQuiet: isQuiet) }.get()
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        _ = try await NIOPipeBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LineReader(continuation))
                }
            }
            .takingOwnershipOfDescriptor(input: output)
            .get()
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let exit = threads.runIfActive(eventLoop: eventLoop) { waitForExit(of: pid) }
        exit.whenComplete { _ in threads.shutdownGracefully { _ in } }
        return RelayProcess(pid: pid, lines: lines, exit: exit)
    }

    /// Waits for its end.
    func waitForExit() async throws -> Int32 {
        try await exit.get()
    }

    /// Asks it to end, and ends it when it hasn't within `grace`.
    func stop(grace: TimeAmount = .seconds(10)) async {
        kill(pid, SIGTERM)
        let pid = pid
        let deadline = exit.eventLoop.scheduleTask(in: grace) { _ = kill(pid, SIGKILL) }
        _ = try? await exit.get()
        deadline.cancel()
    }

    private static func waitForExit(of pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return 1 }
        }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    /// - Returns: the child, and the end of the pipe where its standard output comes out.
    private static func spawn(_ path: String, _ arguments: [String], isQuiet: Bool) throws -> (pid_t, CInt) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw DemoProblem("The system gives no pipe (errno \(errno)).") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        if isQuiet { posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) }

        // The child inherits what this thread blocks and what we ignore; it must hear SIGTERM all the same.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // With util-linux's setpriv, the kernel ends the relay even if the demo is killed.
        let setpriv = "/usr/bin/setpriv"
        let words = (access(setpriv, X_OK) == 0 ? [setpriv, "--pdeathsig", "TERM", "--"] : []) + [path] + arguments
        var pointers = words.map { strdup($0) } + [nil]
        var environment = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (pointers + environment).forEach { free($0) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, words[0], &actions, &attributes, &pointers, &environment)
        guard result == 0 else {
            close(ends[0])
            throw DemoProblem("The relay at \(path) can't be started (errno \(result)).")
        }
        return (pid, ends[0])
    }
}

/// Cuts a child's output into lines.
private final class LineReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private static let limit = 64 * 1024
    private let lines: AsyncStream<String>.Continuation
    private var pending = ByteBuffer()

    init(_ lines: AsyncStream<String>.Continuation) {
        self.lines = lines
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        pending.writeBuffer(&bytes)
        while let end = pending.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let line = pending.readString(length: end - pending.readerIndex) ?? ""
            pending.moveReaderIndex(forwardBy: 1)
            lines.yield(line)
        }
        // No line of the relay's is that long.
        if pending.readableBytes > Self.limit { pending.clear() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        lines.finish()
    }
}

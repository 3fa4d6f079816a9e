import Logging
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Ends the process where stopping takes too long, whatever hangs.
enum StopLimit {
    /// What the process ends with then: `EX_SOFTWARE` of sysexits.h.
    static let exitCode: Int32 = 70
    /// What is left to do when connections have been cut off takes a second or so.
    static let margin = Duration.seconds(3)

    /// Threads that nothing else runs on: those that hang aren't needed. One is for the log, whose reader may not read.
    private static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    /// Has the process end after so long, and the margin, unless it has ended by itself.
    static func start(_ limit: Duration, logger: Logger) {
        let end = NIODeadline.now() + TimeAmount(limit + margin)
        threads.next().scheduleTask(deadline: end - .milliseconds(200)) {
            logger.critical("stopping hangs, the process ends itself", metadata: ["code": "\(exitCode)"])
        }
        threads.next().scheduleTask(deadline: end) { _exit(exitCode) }
    }
}

import ArgumentParser
import FoundationEssentials
import NIOCore
import NIOPosix

/// Sends messages, so many at a time, and tells how long each took.
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sends messages, and prints the seconds that each took from connecting to its last 250."
    )

    @Option var port: Int
    @Option(help: "How many messages.") var count = 100
    @Option(help: "How many at a time.") var sessions = 16
    @Option(help: "Octets of a message.") var size = 10 * 1024
    @Flag(help: "Say EHLO and log in, as applications must without the relay.") var login = false
    @Flag(help: "All messages of a session on one connection.") var sameConnection = false
    @Flag(help: "Write header and body apart, with Nagle's algorithm on, as most mail libraries do.") var apart = false

    /// What is printed, as JSON.
    private struct Outcome: Encodable {
        var seconds: Double
        var latencies: [Double]
    }

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let run = LoadRun(self, on: group.next())
        let start = ContinuousClock.now
        let latencies = try await run.latencies()
        let outcome = Outcome(
            seconds: (ContinuousClock.now - start) / .seconds(1),
            latencies: latencies.map { $0 / .seconds(1) }
        )
        print(String(decoding: try JSONEncoder().encode(outcome), as: UTF8.self))
        try await group.shutdownGracefully()
    }
}

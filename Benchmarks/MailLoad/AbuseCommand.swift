import ArgumentParser
import HostilePeers
import NIOCore
import NIOPosix

/// Does everything with a server that a good client doesn't, so many sessions at a time.
struct AbuseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abuse",
        abstract: "Makes broken and hostile sessions, and ends with the last of them."
    )

    @Option var port: Int
    @Option(help: "How many sessions; a flood counts as one.") var count = 10_000
    @Option(help: "How many at a time.") var sessions = 120

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        await withTaskGroup(of: Void.self) { tasks in
            var turns = (0..<count).compactMap(HostileClient.init(turn:))[...]
            func addNext() {
                guard let client = turns.popFirst() else { return }
                tasks.addTask { [port] in
                    _ = await client.run(port: port, using: SystemRandomNumberGenerator(), on: group)
                }
            }
            for _ in 0..<sessions { addNext() }
            while await tasks.next() != nil { addNext() }
        }
        try await group.shutdownGracefully()
    }
}

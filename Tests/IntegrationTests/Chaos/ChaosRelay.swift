import Synchronization
import Testing

/// The relay in the chaos: one process after the other, on the same ports.
final class ChaosRelay: Sendable {
    /// What no process may take more of, whatever goes on: far above what it should, far below what a leak comes to.
    private static let mostMemory = 300 << 20
    private static let mostDescriptors = 200
    private static let spareDescriptors = 16

    private struct State {
        var process: RelayProcess
        var start: ProcessFootprint
        var mostMemory = 0
        var mostDescriptors = 0
        var replacements = 0
    }

    private let site: ChaosSite
    private let firstPort: Int
    private let options: [String]
    private let ports: [Int]
    private let state: Mutex<State>

    /// Starts a site and a relay, lets `body` use them, and takes them down.
    ///
    /// - Parameters:
    ///   - isCalm: whether nothing is cut by chance.
    ///   - options: further ones for the relay's command line.
    static func run(
        seed: UInt64,
        isCalm: Bool = false,
        options: [String],
        _ body: (ChaosSite, ChaosRelay) async throws -> Void
    ) async throws {
        let site = try await ChaosSite(seed: seed, isCalm: isCalm)
        do {
            let relay = try await ChaosRelay(site, options: options)
            do {
                try await body(site, relay)
            } catch {
                await relay.stop()
                throw error
            }
            await relay.stop()
        } catch {
            await site.stop()
            throw error
        }
        await site.stop()
    }

    private init(_ site: ChaosSite, options: [String]) async throws {
        (self.site, self.options) = (site, options)
        firstPort = try LoopbackPorts.free(ChaosSite.tenants)
        let (process, start) = try await Self.start(site, firstPort, options)
        ports = try (0..<ChaosSite.tenants).map { try process.port("mail-dest-t\($0)") }
        state = Mutex(State(process: process, start: start))
    }

    private static func start(
        _ site: ChaosSite,
        _ firstPort: Int,
        _ options: [String]
    ) async throws -> (RelayProcess, ProcessFootprint) {
        let process = try RelayProcess(
            site.directory,
            trusting: site.certificates,
            firstPort: firstPort,
            logLevel: "warning",
            options: options
        )
        do {
            try await process.waitForRoutes(ChaosSite.tenants)
            return (process, try ProcessFootprint(of: process.process))
        } catch {
            await process.process.stop()
            throw error
        }
    }

    func port(of tenant: Int) -> Int { ports[tenant] }

    private var process: RelayProcess { state.withLock(\.process) }

    /// Ends the process as Kubernetes does, and starts another.
    func replace() async throws {
        let old = process.process
        old.signal(15)
        #expect(try await old.waitUntilExit() == .exited(0))
        let (process, start) = try await Self.start(site, firstPort, options)
        #expect(try ports == (0..<ChaosSite.tenants).map { try process.port("mail-dest-t\($0)") })
        state.withLock { state in
            (state.process, state.start) = (process, start)
            state.replacements += 1
        }
    }

    /// Looks at what the process takes, and that it lives.
    func observe() throws {
        let footprint = try ProcessFootprint(of: process.process)
        state.withLock { state in
            state.mostMemory = max(state.mostMemory, footprint.memory)
            state.mostDescriptors = max(state.mostDescriptors, footprint.descriptors)
        }
    }

    var report: String {
        state.withLock { state in
            "\(state.replacements) relays replaced; at most \(state.mostMemory >> 20) MiB (\(state.start.memory >> 20) at the "
                + "start), \(state.mostDescriptors) descriptors (\(state.start.descriptors))"
        }
    }

    /// Waits until the process has as few descriptors as at its start, when nobody sends any more.
    func waitUntilBack() async throws {
        let (start, most) = state.withLock { ($0.start, ($0.mostMemory, $0.mostDescriptors)) }
        #expect(most.0 < Self.mostMemory && most.1 < Self.mostDescriptors)
        // Its HTTP client keeps up to sixteen connections for a while. What leaks leaks with each of
        // thousands of messages.
        let allowed = start.descriptors + Self.spareDescriptors
        try await eventually("at most \(allowed) descriptors", within: .seconds(60)) {
            try ProcessFootprint(of: self.process.process).descriptors <= allowed ? () : nil
        }
        let end = try ProcessFootprint(of: process.process)
        print("chaos: in the end \(end.memory >> 20) MiB, \(end.descriptors) descriptors")
    }

    private func stop() async { await process.process.stop() }
}

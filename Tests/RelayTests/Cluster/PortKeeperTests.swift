import DestinationModel
import Kubernetes
import Logging
import RelayRoutes
import Synchronization
import TestSupport
import Testing

@testable import MailSink
@testable import Relay

/// Ports that exist on paper; they hold the keeper to the rules of the real ones.
private final class PaperPorts: RoutePorts {
    struct Taken: Error {}

    struct State {
        var open: [Int: RouteClaim] = [:]
        var isBusy: Set<Int> = []
        var taken: Set<Int> = []
        var log: [String] = []
    }

    let state = Mutex(State())

    func open(_ claim: RouteClaim) async throws {
        let isTaken = state.withLock { state in
            let isAlone = state.isBusy.insert(claim.port).inserted
            #expect(isAlone, "a second step of \(claim.port)")
            #expect(state.open[claim.port] == nil, "\(claim.port) is open already")
            return state.taken.contains(claim.port)
        }
        for _ in 0..<Int.random(in: 0..<5) { await Task.yield() }
        state.withLock { state in
            state.isBusy.remove(claim.port)
            guard !isTaken else { return }
            state.open[claim.port] = claim
            state.log.append("open \(claim.owner)")
        }
        if isTaken { throw Taken() }
    }

    func retarget(_ claim: RouteClaim) {
        state.withLock { state in
            #expect(!state.isBusy.contains(claim.port))
            #expect(state.open[claim.port].map(claim.isRetargeting) == true)
            state.open[claim.port] = claim
            state.log.append("retarget \(claim.owner) \(claim.route.destination.destination)")
        }
    }

    func close(port: Int) async {
        state.withLock { state in
            let isAlone = state.isBusy.insert(port).inserted
            #expect(isAlone, "a second step of \(port)")
            // From here on nobody gets in, however long the rest takes.
            state.log.append("close \(state.open.removeValue(forKey: port)?.owner ?? "nothing")")
        }
        for _ in 0..<Int.random(in: 0..<5) { await Task.yield() }
        state.withLock { _ = $0.isBusy.remove(port) }
    }
}

@Suite struct PortKeeperTests {
    private let ports = PaperPorts()
    private let log = LogCollector()

    private func claim(_ port: Int = 20_000, owner: String = "one", destination: String = "d") throws -> RouteClaim {
        let reference = DestinationReference(destination: destination, instance: "i")
        let route = try #require(
            Route(namespace: "shop", resource: "mail", destination: reference, servicePort: 465)
        )
        return RouteClaim(port: port, owner: owner, route: route)
    }

    private func keeper() -> PortKeeper {
        PortKeeper(ports, backoff: Backoff(base: .milliseconds(1), limit: .milliseconds(4)), logger: log.logger)
    }

    @Test func opensRetargetsAndCloses() async throws {
        let keeper = keeper()
        await keeper.want(try claim(), on: 20_000)
        await keeper.settled()
        await keeper.want(try claim(destination: "e"), on: 20_000)
        await keeper.want(try claim(destination: "e"), on: 20_000)
        await keeper.want(nil, on: 20_000)
        await keeper.want(nil, on: 20_000)
        await keeper.settled()
        #expect(ports.state.withLock { $0.log } == ["open one", "retarget one e", "close one"])
    }

    @Test func anotherOwnerGetsAPortOfItsOwn() async throws {
        let keeper = keeper()
        await keeper.want(try claim(), on: 20_000)
        await keeper.settled()
        await keeper.want(try claim(owner: "two"), on: 20_000)
        await keeper.settled()
        #expect(ports.state.withLock { $0.log } == ["open one", "close one", "open two"])
    }

    @Test func whatChangesWhileItIsOpenedEndsUpRight() async throws {
        let keeper = keeper()
        await keeper.want(try claim(), on: 20_000)
        await keeper.want(nil, on: 20_000)
        await keeper.want(try claim(owner: "two"), on: 20_000)
        await keeper.want(try claim(owner: "two", destination: "e"), on: 20_000)
        await keeper.settled()
        let expected = try claim(owner: "two", destination: "e")
        #expect(ports.state.withLock { $0.open } == [20_000: expected])
    }

    @Test func aPortThatCannotBeHadIsTriedAgainAndReportedOnce() async throws {
        let failed = Observed(0)
        let keeper = PortKeeper(
            ports,
            backoff: Backoff(base: .milliseconds(1), limit: .milliseconds(4)),
            logger: log.logger
        ) { count in failed.mutate { $0 = count } }
        ports.state.withLock { _ = $0.taken.insert(20_000) }
        await keeper.want(try claim(), on: 20_000)
        await keeper.want(try claim(20_001), on: 20_001)
        await keeper.settled()
        #expect(failed.current == 1)
        #expect(ports.state.withLock { Set($0.open.keys) } == [20_001])
        ports.state.withLock { _ = $0.taken.remove(20_000) }
        #expect(await eventually { ports.state.withLock { $0.open.count } == 2 })
        #expect(await eventually { failed.current == 0 })
        #expect(log.lines.count { $0.contains("port can't be opened") } == 1)
        #expect(log.contains("port could be had at last"))
    }

    @Test func aPortThatCannotBeHadAndIsNotWantedAnyMoreIsLeftAlone() async throws {
        let keeper = keeper()
        ports.state.withLock { _ = $0.taken.insert(20_000) }
        await keeper.want(try claim(), on: 20_000)
        await keeper.settled()
        await keeper.want(nil, on: 20_000)
        await keeper.settled()
        ports.state.withLock { _ = $0.taken.remove(20_000) }
        await keeper.want(try claim(owner: "two"), on: 20_000)
        await keeper.settled()
        #expect(ports.state.withLock { $0.log } == ["close nothing", "open two"])
    }

    /// Any sequence of wishes ends in what was wished last, and no port ever does two things at once.
    @Test(arguments: 0..<10) func model(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let keeper = keeper()
        var wanted: [Int: RouteClaim] = [:]
        for _ in 0..<500 {
            let port = Int.random(in: 20_000..<20_004, using: &generator)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1: wanted[port] = nil
            case 2: ports.state.withLock { state in _ = state.taken.insert(port) }
            case 3: ports.state.withLock { state in _ = state.taken.remove(port) }
            case 4: await keeper.settled()
            default:
                wanted[port] = try claim(
                    port,
                    owner: "\(Int.random(in: 0..<2, using: &generator))",
                    destination: "\(Int.random(in: 0..<2, using: &generator))"
                )
            }
            await keeper.want(wanted[port], on: port)
        }
        ports.state.withLock { $0.taken = [] }
        let final = wanted
        #expect(await eventually { ports.state.withLock { $0.open == final && $0.isBusy.isEmpty } })
    }
}

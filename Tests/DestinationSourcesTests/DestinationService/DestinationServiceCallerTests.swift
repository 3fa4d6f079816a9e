import DestinationModel
import MailSink
import TestSupport
import Testing

@testable import DestinationSources

/// Many callers, and answers that change under them.
@Suite struct DestinationServiceCallerTests {
    @Test func manyCallersOneRequest() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            let found = await withTaskGroup(of: String?.self) { group in
                for _ in 0..<50 { group.addTask { await bench.host(reference()) } }
                return await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(found == ["a.example.com"])
            #expect(bench.server.count(.token) == 1)
            #expect(bench.server.count(.destination) == 1)
            #expect(bench.lookUps.codes == [nil])
        }
    }

    @Test func aChangeIsNoticedAndTold() async throws {
        try await ServiceBench.with { bench in
            var changes = bench.source.changes().makeAsyncIterator()
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            let first = try await bench.source.resolve(reference())
            bench.server.setDestination(mailProperties(host: "a.example.com", ["mail.password": "changed"]))
            bench.time.advance(.seconds(119))
            await bench.source.refresh()
            #expect(await changes.next() == .destinations([DestinationKey(reference())]))
            let second = try await bench.source.resolve(reference())
            #expect(second.generation != first.generation)
            #expect(second.destination.authentication == .basic(user: "user", password: Secret("changed")))
            #expect(bench.server.count(.destination) == 2)
        }
    }

    @Test func theSourceRunsByItself() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            #expect(await bench.host(reference()) == "a.example.com")
            let running = Task { await bench.source.run(every: .milliseconds(5)) }
            bench.server.removeDestination("mail")
            bench.time.advance(.seconds(119))
            try await eventually("its absence is noticed") {
                await bench.error(reference())?.code == .noSuchDestination
            }
            running.cancel()
            await running.value
        }
    }

    @Test func aCancelledCallerLeavesTheOthersAlone() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            let gate = SinkGate()
            bench.server.fail(.destination, .stall(gate), times: 1)
            let stays = Task { await bench.host(reference()) }
            let leaves = Task { await bench.error(reference()) }
            try await gate.waitForArrivals()
            leaves.cancel()
            #expect(await leaves.value?.code == .serviceUnavailable)
            gate.open()
            #expect(await stays.value == "a.example.com")
        }
    }

    @Test func oneBrokenTenantIsNoTroubleForTheOthers() async throws {
        try await ServiceBench.with { bench in
            for number in 0..<20 {
                bench.server.setTenant("t\(number)")
                bench.server.setDestination(mailProperties(host: "h\(number).example.com"), tenant: "t\(number)")
            }
            bench.server.fail(.destination, .answer(status: 500), tenant: "t7")
            for _ in 0..<3 {
                let hosts = await withTaskGroup(of: (Int, String?).self) { group in
                    for number in 0..<20 {
                        group.addTask { (number, await bench.host(reference("mail", "t\(number)"))) }
                    }
                    return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                for number in 0..<20 { #expect(hosts[number] == (number == 7 ? nil : "h\(number).example.com")) }
                bench.time.advance(.seconds(130))
            }
        }
    }
}

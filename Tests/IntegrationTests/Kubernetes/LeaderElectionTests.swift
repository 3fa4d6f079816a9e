import Kubernetes
import ObjectModel
import Synchronization
import Testing

/// Elections by a Lease of a real API server.
@Suite
struct LeaderElectionTests {
    private let controlPlane: ControlPlane
    private let namespace: String
    private let timing = ElectionTiming(lease: .seconds(3), renewDeadline: .seconds(2), retry: .milliseconds(200))

    init() async throws {
        self.controlPlane = try await ControlPlane.shared
        self.namespace = try await self.controlPlane.namespace()
    }

    /// Who began and ended to lead, in order.
    private final class Record: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { self.lines.withLock { $0 } }
        func add(_ line: String) { self.lines.withLock { $0.append(line) } }
    }

    /// Someone who wants to lead until cancelled.
    private func candidate(_ name: String, _ client: KubernetesClient, _ record: Record) -> Task<Void, any Error> {
        let election = LeaderElection(
            client,
            lease: "lease",
            in: namespace,
            identity: name,
            timing: timing,
            logger: .silent
        )
        return Task {
            try await election.run {
                record.add("\(name) leads")
                try? await Task.sleep(for: .seconds(3600))
                record.add("\(name) ends")
            }
        }
    }

    @Test("One leads; when it stops, the other does", .timeLimit(.minutes(2)))
    func handOver() async throws {
        let record = Record()
        let first = try candidate("first", controlPlane.client(), record)
        _ = try await eventually("the first to lead") { record.all == ["first leads"] ? true : nil }
        let second = try candidate("second", controlPlane.client(), record)
        let client = try controlPlane.client()
        // Through several renewals, for longer than the lease is good for without them.
        let renewed = try await client.get(.leases, "lease", in: namespace)["spec"]?["renewTime"]?.stringValue ?? ""
        _ = try await eventually("the lease to be renewed") {
            let spec = try await client.get(.leases, "lease", in: namespace)["spec"]
            let seconds = (spec?["renewTime"]?.stringValue ?? "").split(separator: ":").last?.prefix(2) ?? ""
            let before = renewed.split(separator: ":").last?.prefix(2) ?? ""
            return ((Int(seconds) ?? 0) - (Int(before) ?? 0) + 60) % 60 > 4 ? true : nil
        }
        #expect(record.all == ["first leads"])

        first.cancel()
        try await first.value
        // Given up, not run out.
        let spec = try await client.get(.leases, "lease", in: namespace)["spec"]
        #expect(spec?["holderIdentity"] == nil || spec?["holderIdentity"] == .string("second"))
        _ = try await eventually("the second to lead") {
            record.all == ["first leads", "first ends", "second leads"] ? true : nil
        }
        let taken = try await client.get(.leases, "lease", in: namespace)["spec"]
        #expect(taken?["holderIdentity"] == .string("second"))
        #expect(taken?["leaseTransitions"] == .integer(1))
        second.cancel()
        try await second.value
    }

    @Test("A leader that loses the server stops, before another leads", .timeLimit(.minutes(2)))
    func lostServer() async throws {
        let record = Record()
        let cut = try controlPlane.client()
        let first = candidate("first", cut, record)
        _ = try await eventually("the first to lead") { record.all == ["first leads"] ? true : nil }
        let second = try candidate("second", controlPlane.client(), record)
        await cut.shutdown()
        _ = try await eventually("the second to lead") {
            record.all == ["first leads", "first ends", "second leads"] ? true : nil
        }
        first.cancel()
        second.cancel()
        _ = await first.result
        try await second.value
    }

    @Test("Work that ends by itself gives the lease up, and its result is passed on", .timeLimit(.minutes(2)))
    func workThatEnds() async throws {
        let client = try controlPlane.client()
        for number in 0..<3 {
            let election = LeaderElection(
                client,
                lease: "short",
                in: namespace,
                identity: "n\(number)",
                logger: .silent
            )
            #expect(try await election.run { number } == number)
        }
        #expect(try await client.get(.leases, "short", in: namespace)["spec"]?["leaseTransitions"] == .integer(2))
    }

    @Test("A lease that is taken away or deleted stops the work", arguments: [true, false])
    func takenAway(deleted: Bool) async throws {
        let record = Record()
        let client = try controlPlane.client()
        let first = try candidate("first", controlPlane.client(), record)
        _ = try await eventually("the first to lead") { record.all == ["first leads"] ? true : nil }
        if deleted {
            try await client.delete(.leases, "lease", in: namespace)
        } else {
            let patch = try object(#"{"spec":{"holderIdentity":"thief"}}"#)
            try await client.mergePatch(.leases, "lease", in: namespace, patch)
        }
        // Nobody renews it for the thief.
        _ = try await eventually("the first to stop, and to lead again") {
            record.all == ["first leads", "first ends", "first leads"] ? true : nil
        }
        first.cancel()
        try await first.value
    }
}

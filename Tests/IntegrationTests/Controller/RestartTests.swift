import DestinationModel
import Glibc
import Kubernetes
import ObjectModel
import RelayRoutes
import Synchronization
import Testing

extension ControllerTests {
    /// Managers that come and go.
    @Suite struct RestartTests {
        @Test("A manager that starts beside what is right writes nothing")
        func nothingToDo() async throws {
            try await ControllerRun.prepare { run in
                try await run.withManager { _ in
                    for number in 0..<3 {
                        try await run.apply(Destination(name: "mail\(number)", tenants: #"["a", "b"]"#))
                    }
                    for number in 0..<3 { try await run.waitUntilComplete("mail\(number)", tenants: ["a", "b"]) }
                    // Nothing proves the routes: the status is what it will be.
                    for number in 0..<3 { try await run.reason("RelayNotReady", of: "mail\(number)", tenant: "b") }
                }
                let versions = try await run.versions()
                try await run.withManager { manager in
                    let metrics = try await eventually("all to be looked at", within: .seconds(60)) {
                        let metrics = (try? await manager.page("/metrics")) ?? ""
                        let done = metrics.firstMatch(of: #/tproxy_manager_reconciles_total\{result="done"\} (\d+)/#)
                        return Int(done?.1 ?? "0") ?? 0 >= 3 ? metrics : nil
                    }
                    #expect(!metrics.contains(#/tproxy_manager_writes_total\{[^}]*\} [1-9]/#))
                }
                #expect(try await run.versions() == versions)
            }
        }

        @Test("What became superfluous while no manager ran is swept; what was missing is made")
        func orphans() async throws {
            try await ControllerRun.prepare { run in
                let options = ["--quarantine", "2"]
                try await run.withManager(options: options) { _ in
                    try await run.apply(Destination(name: "gone", tenants: #"["a", "b"]"#))
                    try await run.apply(Destination(name: "stays"))
                    try await run.waitUntilComplete("gone", tenants: ["a", "b"])
                    try await run.waitUntilComplete("stays", tenants: [nil])
                }
                let port = try await run.port("stays")
                try await run.delete("gone")
                try await run.apply(Destination(name: "new"))
                try await run.withManager(options: options) { _ in
                    try await run.waitUntilComplete("new", tenants: [nil])
                    try await eventually("the orphans to go", within: .seconds(60)) { () -> Void? in
                        let claims = try await run.site.claims().values.map(\.route.resource)
                        let policies = try await run.site.client.list(.networkPolicies, in: run.site.namespace)
                        return Set(claims) == ["stays", "new"] && policies.count == 2 ? () : nil
                    }
                    #expect(try await run.port("stays") == port)
                }
            }
        }

        @Test("Killed at any write, before or after it is done, the next manager ends where it would have")
        func killedAtAnyWrite() async throws {
            // A life is cut at write 1, 2 and so on, until one lives to the end; some side by side.
            var next = 1
            var isOver = false
            while !isOver {
                let round = next..<next + 4
                isOver = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for fatal in round {
                        group.addTask {
                            let wasLost = try await Self.life(cutAt: fatal, .lose)
                            let wasDone = try await Self.life(cutAt: fatal, .loseAnswer)
                            return wasLost || wasDone
                        }
                    }
                    return try await group.reduce(false) { $0 || !$1 }
                }
                next = round.upperBound
                try #require(next < 60, "the manager never came to an end")
            }
            #expect(next > 8, "it hardly wrote anything")
        }

        /// A manager makes, changes and removes; it is killed at one of its writes, and another takes over.
        ///
        /// - Returns: whether there was a write of that number.
        private static func life(cutAt fatal: Int, _ verdict: WriteTap.Verdict) async throws -> Bool {
            let count = Mutex(0)
            let isCut = Mutex(false)
            let controlPlane = try await ControlPlane.shared
            let tap = try await WriteTap(controlPlane) { _, _ in
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                guard number >= fatal else { return .pass }
                isCut.withLock { $0 = true }
                // Nothing that it writes later is heard, over whichever connection: it is as good as dead.
                return number == fatal ? verdict : .lose
            }
            do {
                try await ControllerRun.prepare { run in
                    try await run.apply(Destination(name: "old", tenants: #"["x"]"#))
                    try await run.apply(Destination(name: "mail", tenants: #"["a", "b"]"#))
                    let first = try ManagerServer(run.site, kubeconfig: tap.kubeconfig)
                    let reached = try await Self.reached(run, first, isCut: { isCut.withLock { $0 } }) {
                        try await run.apply(
                            Destination(name: "mail", tenants: #"["b", "c"]"#, spec: ["service: {port: 587}"])
                        )
                        try await run.delete("old")
                    }
                    first.process.signal(SIGKILL)
                    _ = try await first.process.waitUntilExit()
                    // How long a dead leader is waited for is another test's business.
                    try await run.site.client.delete(.leases, "tproxy-manager", in: run.site.namespace)
                    if !reached {
                        // It was cut before the change: that comes now.
                        try await run.apply(
                            Destination(name: "mail", tenants: #"["b", "c"]"#, spec: ["service: {port: 587}"])
                        )
                        _ = try await run.kubectl.run([
                            "delete", "destination", "-n", run.namespace, "old", "--wait=false",
                        ])
                    }
                    let before = try await run.site.claims()
                    try await run.withManager { _ in
                        try await run.waitUntilComplete("mail", tenants: ["b", "c"])
                        // No port has moved, and nobody has what was another's.
                        let after = try await run.site.claims()
                        for (port, claim) in before {
                            let now = try #require(after[port])
                            #expect(now.owner == claim.owner && now.route.tenant == claim.route.tenant)
                        }
                        let served = after.values.filter(\.isServed)
                        let owners = served.map { "\($0.owner) \($0.route.tenant ?? "")" }
                        #expect(Set(owners).count == owners.count)
                        try await eventually("the old ones to be given up", within: .seconds(60)) { () -> Void? in
                            let served = try await run.site.claims().values.filter(\.isServed)
                            return Set(served.map { "\($0.route)" })
                                == ["\(run.namespace)/mail/b", "\(run.namespace)/mail/c"] ? () : nil
                        }
                        #expect(try await run.site.relayPort(of: "mail-a", in: run.namespace) == nil)
                    }
                }
            } catch {
                await tap.stop()
                throw error
            }
            await tap.stop()
            return isCut.withLock { $0 }
        }

        /// Waits until a manager has done its work, changes what is wanted, and waits again, or until it was cut.
        ///
        /// - Returns: whether the change was made.
        private static func reached(
            _ run: ControllerRun,
            _ manager: ManagerServer,
            isCut: () -> Bool,
            change: () async throws -> Void
        ) async throws -> Bool {
            func settled(_ routes: Set<String>) async throws -> Bool {
                try await eventually("the manager to be done or cut", within: .seconds(60)) {
                    if isCut() { return false }
                    let served = try await run.site.claims().values.filter(\.isServed)
                    guard Set(served.map { "\($0.route.resource)/\($0.route.tenant ?? "")" }) == routes else {
                        return nil
                    }
                    let object = try await run.site.client.get(.destinations, "mail", in: run.namespace)
                    guard object["status"]?["observedGeneration"] == .integer(object.metadata.generation),
                        object["status"]?["tenants"]?.arrayValue?.count == 2
                    else { return nil }
                    return true
                }
            }
            guard try await settled(["mail/a", "mail/b", "old/x"]) else { return false }
            try await change()
            _ = try await settled(["mail/b", "mail/c"])
            return true
        }

        @Test("An etcd that stands still for a while loses nothing")
        func slowEtcd() async throws {
            try await ControllerRun.perform { run in
                try await run.apply(Destination(name: "mail", tenants: #"["a"]"#))
                try await run.waitUntilComplete("mail", tenants: ["a"])
                let port = try await run.port("mail-a")
                try await run.site.controlPlane.withStoppedEtcd {
                    // The call hangs until etcd goes on.
                    let change = Task { try await run.apply(Destination(name: "mail", tenants: #"["a", "b"]"#)) }
                    try await Task.sleep(for: .seconds(8))
                    return change
                }.value
                try await run.waitUntilComplete("mail", tenants: ["a", "b"])
                #expect(try await run.port("mail-a") == port)
            }
        }
    }
}

import Glibc
import Testing

extension ControllerTests {
    /// Two managers, of which one leads.
    @Suite struct HandOverTests {
        /// The issue's limits; a clean stop is to hand over at once, which is when the other one looks.
        @Test(
            "When the leader is killed or stopped the other one goes on in time, and nothing moves",
            arguments: [(SIGKILL, Duration.seconds(15)), (SIGTERM, .seconds(3))]
        )
        func handOver(signal: Int32, limit: Duration) async throws {
            try await ControllerRun.prepare { run in
                try await run.withManager { first in
                    try await Self.waitUntil("leading", first)
                    try await run.withManager { second in
                        try await Self.waitUntil("standing by", second)
                        try await run.apply(Destination(name: "mail", tenants: #"["a"]"#))
                        try await run.waitUntilComplete("mail", tenants: ["a"])
                        let port = try await run.port("mail-a")

                        first.process.signal(signal)
                        async let isApplied: Void = run.apply(Destination(name: "new", tenants: #"["b"]"#))
                        try await Self.waitUntil("leading", second, within: limit)
                        try await isApplied
                        try await run.waitUntilComplete("new", tenants: ["b"])
                        #expect(try await run.port("mail-a") == port)
                    }
                }
            }
        }

        /// Waits until a manager that is ready says this of itself.
        private static func waitUntil(
            _ word: String,
            _ manager: ManagerServer,
            within limit: Duration = .seconds(60)
        ) async throws {
            try await eventually("the manager to be \(word)", within: limit) { () -> Void? in
                (try? await manager.page("/readyz"))?.contains(word) == true ? () : nil
            }
        }
    }
}

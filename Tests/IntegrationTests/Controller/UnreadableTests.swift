import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

extension ControllerTests {
    /// Destinations that nobody can read: whoever may write one can make it so.
    @Suite struct UnreadableTests {
        /// Nested deeper than anything that is read; the API server takes it.
        private static let deep =
            #"{"spec":{"chainRef":{"a":"# + String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
            + "}}}"

        private func complaints(_ manager: ManagerServer) -> Int {
            manager.log.split(separator: "\n").count { $0.contains("an object can't be read") }
        }

        @Test("It is named once, keeps what it had, and keeps no other from being served")
        func others() async throws {
            try await ControllerRun.prepare { run in
                let versions = try await run.withManager { manager in
                    for name in ["mail", "odd"] {
                        try await run.apply(Destination(name: name))
                        try await run.waitUntilComplete(name, tenants: [nil])
                    }
                    try await run.kubectl.patch(["destination", "-n", run.namespace, "odd"], Self.deep)
                    try await run.apply(Destination(name: "later"))
                    try await run.waitUntilComplete("later", tenants: [nil])
                    #expect(complaints(manager) == 1)
                    return try await run.site.claims()
                }
                // One who has never seen it as it was.
                try await run.withManager { manager in
                    try await run.apply(Destination(name: "last"))
                    try await run.waitUntilComplete("last", tenants: [nil])
                    try await eventually("the odd one to be looked at", within: .seconds(60)) {
                        manager.log.contains("a Destination could not be brought in order") ? () : nil
                    }
                    for name in ["mail", "odd", "later"] { _ = try await run.alias(name) }
                    #expect(try await run.site.claims().filter { versions[$0.key] != nil } == versions)
                    #expect(complaints(manager) == 1)

                    try await run.delete("odd")
                    try await eventually("the odd one's Service to be given up", within: .seconds(60)) {
                        try await run.site.claims().values.contains { !$0.isServed } ? () : nil
                    }
                }
            }
        }
    }
}

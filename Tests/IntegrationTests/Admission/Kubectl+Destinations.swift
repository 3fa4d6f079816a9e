import ObjectModel
import Testing

extension Kubectl {
    /// Creates a Destination that must be accepted, and gives the warnings that kubectl shows.
    @discardableResult
    func create(_ destination: Destination, in namespace: String) async throws -> [Substring] {
        try await self.send("create", destination, in: namespace)
    }

    /// Applies a Destination that must be accepted, and gives the warnings that kubectl shows.
    @discardableResult
    func apply(_ destination: Destination, in namespace: String) async throws -> [Substring] {
        try await self.send("apply", destination, in: namespace)
    }

    /// What the API server would say if a Destination were created.
    func dryRun(creating destination: Destination, in namespace: String) async throws -> ProcessResult {
        try await self.dryRun(
            creating: destination.object(),
            at: "/apis/destination.connectivity.api.sap/v1/namespaces/\(namespace)/destinations"
        )
    }

    private func send(_ verb: String, _ destination: Destination, in namespace: String) async throws -> [Substring] {
        let result = try await self.run(
            [verb, "--validate=false", "-n", namespace, "-f", "-"],
            input: destination.text
        )
        guard result.succeeded else {
            throw ProcessFailure(program: "kubectl \(verb) \(destination.name)", result: result)
        }
        return result.warnings
    }

    /// The names of a namespace's Destinations.
    func names(in namespace: String) async throws -> [String] {
        try await self.check(["get", "destinations", "-n", namespace, "-o", "name"]).split(separator: "\n")
            .map { String($0.drop { $0 != "/" }.dropFirst()) }
    }

    /// Patches an object as a person would.
    ///
    /// - Parameter object: the arguments that name it.
    func patch(_ object: [String], _ patch: String) async throws {
        try await self.check(["patch"] + object + ["--type=merge", "--patch", patch])
    }

    /// Writes a Destination's status as the manager would. By a raw call: old versions of kubectl have no other way.
    func setStatus(of name: String, in namespace: String, _ status: ObjectValue) async throws {
        let path = "/apis/destination.connectivity.api.sap/v1/namespaces/\(namespace)/destinations/\(name)"
        let stored = try await JSONReader.document(self.check(["get", "--raw", path])).value
        let members = try #require(stored.objectValue).merging(["status": status]) { $1 }
        try await self.check(
            ["replace", "--raw", path + "/status", "-f", "-"],
            input: String(decoding: ObjectValue.object(members).json(), as: UTF8.self)
        )
    }
}

extension ProcessResult {
    /// The warnings of an API server that kubectl shows.
    var warnings: [Substring] {
        self.errorOutput.split(separator: "\n").filter { $0.hasPrefix("Warning: ") }
    }

    /// What kubectl says besides.
    var errors: String {
        self.errorOutput.split(separator: "\n").filter { !$0.hasPrefix("Warning: ") }.joined(separator: "\n")
    }
}

extension ObjectValue {
    /// A Destination's status when everything is well.
    static let availableStatus = ObjectValue.object([
        "observedGeneration": .integer(1),
        "conditions": .array([
            .object([
                "type": .string("Available"), "status": .string("True"),
                "reason": .string("ConfigurationSuccessful"), "message": .string("mail can be sent"),
                "observedGeneration": .integer(1),
                "lastTransitionTime": .string("2026-01-01T00:00:00Z"),
                "lastUpdateTime": .string("2026-01-01T00:00:00Z"),
            ])
        ]),
        "tenantsReady": .string("2/2"), "port": .integer(465),
        "destinationServiceInstanceName": .string("dest-service"), "scope": .string("namespaced"),
    ])
}

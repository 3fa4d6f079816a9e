import FoundationEssentials

/// The relay itself, `tproxy-relay standalone`, as an operator would start it.
final class RelayProcess: Sendable {
    let process: ChildProcess
    let metricsPort: Int

    /// The relay ended instead of serving.
    struct Failure: Error {
        let status: ExitStatus
        let errorOutput: String
    }

    /// No such Service among the relay's routes.
    struct NoRoute: Error {
        let service: String
    }

    /// Starts a relay without waiting for anything.
    ///
    /// - Parameters:
    ///   - firstPort: where its ports begin. Tests that don't care leave it room.
    ///   - certificates: which certificates it trusts beside the system's: a file.
    ///   - options: further ones for its command line.
    init(
        _ directory: RelayDirectory,
        trusting certificates: String,
        firstPort: Int? = nil,
        logLevel: String = "info",
        options: [String] = []
    ) throws {
        self.metricsPort = try LoopbackPorts.free()
        self.process = try ChildProcess(
            [Programs.path("tproxy-relay"), "standalone", "--directory", directory.path, "--address", "127.0.0.1"]
                + ["--first-port", "\(try firstPort ?? LoopbackPorts.free(8))"]
                + ["--metrics-port", "\(self.metricsPort)", "--ca-file", certificates]
                + ["--log-format", "json", "--log-level", logLevel] + options
        )
    }

    /// Starts a relay that trusts an authority's certificates, without waiting for anything.
    convenience init(
        _ directory: RelayDirectory,
        authority: TestCA,
        firstPort: Int? = nil,
        logLevel: String = "info",
        options: [String] = []
    ) throws {
        try self.init(
            directory,
            trusting: authority.certificate,
            firstPort: firstPort,
            logLevel: logLevel,
            options: options
        )
    }

    /// Starts a relay, lets `body` use it once its routes are there, and ends it.
    ///
    /// - Parameter routes: how many routes the directory makes.
    static func run<Result>(
        _ directory: RelayDirectory,
        authority: TestCA,
        firstPort: Int? = nil,
        logLevel: String = "info",
        options: [String] = [],
        routes: Int = 1,
        _ body: (RelayProcess) async throws -> Result
    ) async throws -> Result {
        let relay = try RelayProcess(
            directory,
            authority: authority,
            firstPort: firstPort,
            logLevel: logLevel,
            options: options
        )
        do {
            try await relay.waitForRoutes(routes)
            let result = try await body(relay)
            await relay.process.stop()
            return result
        } catch {
            await relay.process.stop()
            throw error
        }
    }

    /// What it has written, anywhere.
    var log: String { self.process.errorOutput }

    /// The routes announced so far, in that order. Lines that aren't finished don't count.
    var routes: [RelayRoute] {
        get throws {
            let output = self.process.output
            guard let end = output.lastIndex(of: "\n") else { return [] }
            return try output[..<end].split(separator: "\n")
                .map { try JSONDecoder().decode(RelayRoute.self, from: Data($0.utf8)) }
        }
    }

    func waitForRoutes(_ count: Int) async throws {
        try await eventually("\(count) routes") { () -> Void? in
            if try self.routes.count >= count { return () }
            if let status = self.process.exitStatus { throw Failure(status: status, errorOutput: self.log) }
            return nil
        }
    }

    /// The port of a Service.
    func port(_ service: String = "mail-dest") throws -> Int {
        guard let route = try self.routes.first(where: { $0.service == service }) else {
            throw NoRoute(service: service)
        }
        return route.port
    }

    func metrics() async throws -> String {
        try await HTTP.get("http://127.0.0.1:\(self.metricsPort)/metrics")
    }
}

import DestinationModel
import DestinationRules
import DestinationSources
import FileWatch
import Logging
import ServiceLifecycle
import Telemetry

/// Keeps the open routes the same as the Destination resources in the directory, and says where each one listens.
actor StandaloneRoutes: Service {
    private let directory: String
    private let address: String
    private let defaultInstance: String?
    private let source: DirectoryDestinationSource
    private let table: RouteTable
    private let lookUps: BackgroundLookUps
    private let logger: Logger
    private let output = LineOutput(descriptor: 1)
    private var nextPort: Int
    private var fingerprints: [String: FileFingerprint] = [:]
    private var instances: [String] = []
    private var files: ResourceFiles?
    private var problems: Set<ResourceFiles.Problem> = []

    /// - Parameters:
    ///   - directory: Its `*.yaml` files are read.
    ///   - address: What to listen on.
    ///   - firstPort: The first route's port.
    ///   - defaultInstance: For resources that name none; nil for the only one there is.
    init(
        directory: String,
        address: String,
        firstPort: Int,
        defaultInstance: String?,
        source: DirectoryDestinationSource,
        table: RouteTable,
        lookUps: BackgroundLookUps,
        logger: Logger
    ) {
        self.directory = directory
        self.address = address
        self.nextPort = firstPort
        self.defaultInstance = defaultInstance
        self.source = source
        self.table = table
        self.lookUps = lookUps
        self.logger = logger
    }

    /// Reads the resources for the first time and opens their routes.
    ///
    /// A route whose destination is missing or bad is opened all the same: the file can be mended any time. But if that
    /// goes for all of them, the folder is the wrong one.
    /// - Throws: `StandaloneFailure` when there's nothing to serve, `IOError` when a port can't be had.
    func start() async throws {
        let routes = read() ?? []
        guard !routes.isEmpty else { throw StandaloneFailure.noRoutes(directory: directory) }
        var usable = 0
        for route in routes where await hasDestination(route) { usable += 1 }
        guard usable > 0 else { throw StandaloneFailure.noDestinations(directory: directory) }
        for route in routes { try await open(route) }
        table.becomeReady()
    }

    /// Looks after the files until the relay is to stop. A change is noticed within half a second.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .milliseconds(500))) != nil { await self.look() }
        }
    }

    private func look() async {
        guard let wanted = read() else { return }
        let open = table.routes
        for route in open where !wanted.contains(route) {
            logger.notice("route is closed, its resource is gone or has changed", metadata: ["route": "\(route)"])
            table.close(route)
        }
        for route in wanted where !open.contains(route) {
            _ = await hasDestination(route)
            do {
                try await self.open(route)
            } catch {
                logger.error("route can't be opened", metadata: ["route": "\(route)", "problem": "\(error)"])
            }
        }
    }

    /// The routes that there should be; nil when nothing has changed since the last time.
    private func read() -> [Route]? {
        let instances = source.instances()
        guard let found = ResourceFiles.fingerprints(in: directory) else { return nil }
        guard found != fingerprints || instances != self.instances else { return nil }
        self.instances = instances
        // A file that was written a moment ago may be half of what it will be: it has its say when it's done.
        let isFirst = files == nil
        let paths = isFirst ? Array(found.keys) : found.filter(\.value.isSettled).map(\.key)
        let onlyOne = instances.count == 1 ? instances.first : nil
        let known = RuleContext.Instances(names: Set(instances), defaultName: defaultInstance ?? onlyOne)
        var files = ResourceFiles(paths: paths, instances: known)
        if let earlier = self.files { files.inherit(from: earlier) }
        fingerprints = found.filter { path, fingerprint in
            fingerprint.isSettled && paths.contains(path) && FileFingerprint(path: path) == fingerprint
        }
        // Those that aren't remembered are read again at the next look.
        if let earlier = self.files {
            for path in found.keys where fingerprints[path] == nil { files.keep(path, from: earlier) }
        }
        self.files = files
        report(files.problems)
        return files.routes
    }

    private func report(_ found: [ResourceFiles.Problem]) {
        for problem in found where !problems.contains(problem) {
            let metadata: Logger.Metadata = ["at": "\(problem.place)", "problem": "\(problem.text)"]
            if problem.isError {
                logger.error("resource can't be served", metadata: metadata)
            } else {
                logger.warning("resource is odd", metadata: metadata)
            }
        }
        problems = Set(found)
    }

    private func hasDestination(_ route: Route) async -> Bool {
        do {
            _ = try await source.resolve(route.destination)
            return true
        } catch {
            logger.error("route has no destination", metadata: ["route": "\(route)", "problem": "\(error)"])
            return false
        }
    }

    /// Opens a route on the next free port, and says where.
    private func open(_ route: Route) async throws {
        guard let announcement = try await table.open(route, host: address, firstFreeFrom: nextPort) else {
            throw StandaloneFailure.noPorts(first: nextPort)
        }
        nextPort = announcement.port + 1
        output.write(announcement.line)
        await lookUps.add([route.destination.instance: [announcement.port]])
    }
}

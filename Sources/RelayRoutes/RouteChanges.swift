public import ObjectModel

/// What has changed among a relay's routes since a revision: its page `/routes/changes`.
///
/// Asked with `?epoch=E&after=N&wait=S`, the relay answers as soon as there is something newer than revision N, or after
/// S seconds with nothing. Asked without these, or with an epoch that isn't its own (it has been started anew, or has
/// forgotten what was closed so long ago), it answers at once with all there is, and `isComplete` says so.
public struct RouteChanges: Hashable, Sendable {
    /// Tells one run of a relay from another.
    public var epoch: String
    /// What to ask for next.
    public var revision: Int
    /// Whether these are all routes, in place of what was known.
    public var isComplete: Bool
    /// The routes that are new or different.
    public var routes: [RouteReport]
    /// The ports that are open no more.
    public var closed: [Int]

    /// Puts changes together.
    public init(epoch: String, revision: Int, isComplete: Bool, routes: [RouteReport], closed: [Int]) {
        self.epoch = epoch
        self.revision = revision
        self.isComplete = isComplete
        self.routes = routes
        self.closed = closed
    }

    /// The changes as an object.
    public var object: ObjectValue {
        .object([
            "epoch": .string(epoch), "revision": .integer(revision), "complete": .bool(isComplete),
            "routes": .array(routes.map(\.object)), "closed": .array(closed.map(ObjectValue.integer)),
        ])
    }

    /// Reads changes back from the page; `nil` for anything that ``object`` doesn't write. They are read route by route, for
    /// the tree of a whole page is many times as large as its text.
    public init?(_ page: [UInt8]) {
        let members = JSONSlice(page).members(["epoch", "revision", "complete", "routes", "closed"]) ?? [:]
        func value(_ name: String, maximumCount: Int = 1) -> ObjectValue? {
            let options = JSONReader.Options(maximumLength: 1 << 20, maximumCount: maximumCount)
            return members[name].flatMap { try? JSONReader.document($0.octets, options: options).value }
        }
        guard let epoch = value("epoch")?.stringValue, case .integer(let revision) = value("revision"),
            case .bool(let isComplete) = value("complete"),
            let texts = members["routes"]?.items(atMost: Self.maximumCount),
            let closed = value("closed", maximumCount: Self.maximumCount)?.arrayValue
        else { return nil }
        var routes: [RouteReport] = []
        routes.reserveCapacity(texts.count)
        for text in texts {
            guard let value = try? JSONReader.document(text.octets, options: Self.options).value,
                let report = RouteReport(value)
            else { return nil }
            routes.append(report)
        }
        let ports = closed.compactMap { port -> Int? in
            guard case .integer(let port) = port else { return nil }
            return port
        }
        guard ports.count == closed.count else { return nil }
        self.init(epoch: epoch, revision: revision, isComplete: isComplete, routes: routes, closed: ports)
    }

    /// There are no more ports.
    private static let maximumCount = 65_536
    /// For one route.
    private static let options = JSONReader.Options(maximumLength: 16 << 10, maximumDepth: 10, maximumCount: 100)
}

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

    /// Reads changes back; `nil` for anything that ``object`` doesn't write.
    public init?(_ object: ObjectValue) {
        guard let epoch = object["epoch"]?.stringValue, case .integer(let revision) = object["revision"],
            case .bool(let isComplete) = object["complete"], let routes = object["routes"]?.arrayValue,
            let closed = object["closed"]?.arrayValue
        else { return nil }
        let read = routes.compactMap(RouteReport.init)
        let ports = closed.compactMap { port -> Int? in
            guard case .integer(let port) = port else { return nil }
            return port
        }
        guard read.count == routes.count, ports.count == closed.count else { return nil }
        self.init(epoch: epoch, revision: revision, isComplete: isComplete, routes: read, closed: ports)
    }
}

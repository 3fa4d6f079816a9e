/// What a relay says of its routes, and what has changed since when. Pure.
///
/// What it takes to answer "what is new" depends on how much is new, not on how many routes there are.
public struct RouteJournal: Sendable {
    private struct Line {
        let revision: Int
        let port: Int
    }

    /// Counts what happened.
    public private(set) var revision = 0
    private let run: String
    private let limit: Int
    /// How often closed ports were forgotten.
    private var forgettings = 0
    /// With the revision at which each came to be as it is.
    private var current: [Int: (report: RouteReport, revision: Int)] = [:]
    /// The ports that are open no more, with the revision at which they were closed.
    private var closed: [Int: Int] = [:]
    /// What happened in order, with lines that later ones have made worthless.
    private var lines: [Line] = []

    /// An empty journal.
    ///
    /// - Parameters:
    ///   - run: Tells this run of the relay from others.
    ///   - limit: How many closed ports are remembered.
    public init(run: String, limit: Int = 10_000) {
        self.run = run
        self.limit = limit
    }

    /// Changes when followers have to begin anew.
    public var epoch: String { forgettings == 0 ? run : "\(run)-\(forgettings)" }

    /// All reports, by port.
    public var reports: [RouteReport] { current.values.map(\.report).sorted { $0.port < $1.port } }

    /// How many routes there are.
    public var count: Int { current.count }

    /// What is said of a port.
    public subscript(port: Int) -> RouteReport? { current[port]?.report }

    /// Says something of a port. The same again is nothing new.
    ///
    /// - Returns: whether it is new.
    public mutating func set(_ report: RouteReport) -> Bool {
        guard current[report.port]?.report != report else { return false }
        revision += 1
        current[report.port] = (report, revision)
        closed[report.port] = nil
        append(report.port)
        return true
    }

    /// Says that a port is open no more.
    ///
    /// - Returns: whether that is new.
    public mutating func remove(port: Int) -> Bool {
        guard current.removeValue(forKey: port) != nil else { return false }
        revision += 1
        closed[port] = revision
        append(port)
        return true
    }

    /// What is new to one who knows everything up to a revision of an epoch.
    public func changes(epoch: String?, after: Int?) -> RouteChanges {
        guard epoch == self.epoch, let after, (0...revision).contains(after) else {
            return RouteChanges(epoch: self.epoch, revision: revision, isComplete: true, routes: reports, closed: [])
        }
        var routes: [RouteReport] = []
        var gone: [Int] = []
        for line in lines[firstLine(after: after)...] {
            if let (report, revision) = current[line.port] {
                if revision == line.revision { routes.append(report) }
            } else if closed[line.port] == line.revision {
                gone.append(line.port)
            }
        }
        return RouteChanges(epoch: self.epoch, revision: revision, isComplete: false, routes: routes, closed: gone)
    }

    /// Lines stand in the order of their revisions.
    private func firstLine(after revision: Int) -> Int {
        var (low, high) = (0, lines.count)
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func append(_ port: Int) {
        lines.append(Line(revision: revision, port: port))
        if closed.count > limit {
            closed = [:]
            forgettings += 1
        }
        guard lines.count > 2 * (current.count + closed.count) + 100 else { return }
        lines.removeAll { (current[$0.port]?.revision ?? closed[$0.port]) != $0.revision }
    }
}

extension RouteChanges {
    /// Whether there is nothing to tell.
    public var isEmpty: Bool { !isComplete && routes.isEmpty && closed.isEmpty }
}

internal import RelayRoutes

/// What a relay's page of changes said, reduced to what proofs are made of. Nothing in it is trusted until it is read.
struct RelayAnswer: Hashable, Sendable {
    /// One open port.
    struct Item: Hashable, Sendable {
        let port: Int
        let mark: RouteMark
        let lookup: RouteReport.Lookup
    }

    let cursor: RelayCursor
    /// Whether these are all routes, in place of what was known.
    let isComplete: Bool
    let items: [Item]
    let closed: [Int]

    /// Whether there is anything new in it.
    var isNews: Bool { isComplete || !items.isEmpty || !closed.isEmpty }

    /// The largest page: that of a relay with 10,000 routes whose every name is as long as it may be, or 40,000 as they are.
    static let maximumOctets = 16 << 20

    /// Why a page can't be used.
    enum Fault: String, Error {
        case notChanges = "it is not what a relay says of its routes"
        case notAsked = "it goes on from where nobody asked"
    }

    /// Reads a page.
    ///
    /// - Parameter asked: What was asked for.
    init(_ body: [UInt8], asked: RelayCursor?) throws(Fault) {
        guard let changes = RouteChanges(body),
            let cursor = RelayCursor(epoch: changes.epoch, revision: changes.revision)
        else { throw .notChanges }
        if !changes.isComplete {
            guard let asked, asked.epoch == cursor.epoch, asked.revision <= cursor.revision else { throw .notAsked }
        }
        self.cursor = cursor
        isComplete = changes.isComplete
        closed = changes.closed
        items = changes.routes.map { report in
            Item(port: report.port, mark: RouteMark(owner: report.owner, route: report.route), lookup: report.lookup)
        }
    }
}

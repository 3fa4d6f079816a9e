import NIOCore
import NIOPosix
import ObjectModel
import RelayRoutes
import Synchronization
import Telemetry

/// A relay that says of its routes what the test wants, on a loopback address, by a real HTTP server.
final class FakeRelay: Sendable {
    fileprivate struct State {
        var epoch = "epoch-1"
        var revision = 1
        /// By port, with the revision at which it was last changed.
        var routes: [Int: (revision: Int, report: RouteReport)] = [:]
        var closed: [Int: Int] = [:]
        /// What it answers instead of the truth.
        var nonsense: OperationsResponse?
        var isSlow = false
        var requests: [String] = []
    }

    private final class SharedState: Sendable {
        let value = Mutex(State())
    }

    let port: Int
    private let server: OperationsServer
    private let state: SharedState

    init() async throws {
        let state = SharedState()
        self.state = state
        self.server = try await OperationsServer.start(
            host: "127.0.0.1",
            port: 0,
            group: MultiThreadedEventLoopGroup.singleton,
            registry: MetricsRegistry(),
            routes: ["/routes/changes": { query in await Self.answer(query, state) }],
            limits: OperationsLimits(time: .seconds(30)),
            readiness: { Readiness(isReady: true, text: "") }
        )
        self.port = self.server.address.port ?? 0
    }

    func stop() async {
        await self.server.shutdown(grace: .zero)
    }

    /// The queries of the requests so far: "" for everything.
    var requests: [String] { self.state.value.withLock { $0.requests } }

    func open(_ report: RouteReport) {
        self.state.value.withLock { state in
            state.revision += 1
            state.routes[report.port] = (state.revision, report)
            state.closed[report.port] = nil
        }
    }

    func close(_ port: Int) {
        self.state.value.withLock { state in
            state.revision += 1
            state.routes[port] = nil
            state.closed[port] = state.revision
        }
    }

    /// As if it had been started anew.
    func restart(_ reports: [RouteReport]) {
        self.state.value.withLock { state in
            let requests = state.requests
            let epoch = state.epoch + "1"
            state = State(epoch: epoch, revision: reports.count, requests: requests)
            for (index, report) in reports.enumerated() { state.routes[report.port] = (index + 1, report) }
        }
    }

    /// Has it answer something else; `nil` for the truth again.
    func say(_ nonsense: OperationsResponse?) {
        self.state.value.withLock { $0.nonsense = nonsense }
    }

    /// Has it never answer.
    func setSlow(_ isSlow: Bool) {
        self.state.value.withLock { $0.isSlow = isSlow }
    }

    private static func answer(_ query: OperationsQuery, _ state: SharedState) async -> OperationsResponse {
        let epoch = query["epoch"]
        let after = query["after"].flatMap(Int.init) ?? 0
        state.value.withLock { $0.requests.append(epoch.map { "\($0)/\(after)" } ?? "") }
        let end = ContinuousClock.now + .seconds(query["wait"].flatMap(Int.init) ?? 0)
        while true {
            let (answer, isSlow) = state.value.withLock { state in
                (state.nonsense ?? state.answer(epoch, after, isLast: .now >= end), state.isSlow)
            }
            if let answer, !isSlow { return answer }
            guard (try? await Task.sleep(for: .milliseconds(2))) != nil else { return .text("", status: 503) }
        }
    }
}

extension FakeRelay.State {
    /// `nil` while there is nothing to say.
    fileprivate func answer(_ epoch: String?, _ after: Int, isLast: Bool) -> OperationsResponse? {
        let isComplete = epoch != self.epoch
        let news = self.routes.values.filter { isComplete || $0.revision > after }.map(\.report)
        let closed = isComplete ? [] : self.closed.filter { $0.value > after }.map(\.key)
        guard isComplete || isLast || !news.isEmpty || !closed.isEmpty else { return nil }
        let changes = RouteChanges(
            epoch: self.epoch,
            revision: self.revision,
            isComplete: isComplete,
            routes: news,
            closed: closed
        )
        return .json(String(decoding: changes.object.json(), as: UTF8.self))
    }
}

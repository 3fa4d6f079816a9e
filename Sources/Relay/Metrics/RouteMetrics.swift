import DestinationModel
import SMTP
import Synchronization
import Telemetry
import UpstreamPool

/// What is counted on one route. May be read from any thread.
final class RouteMetrics: MetricSource {
    typealias Retirement = RoutePool.Machine.Retirement
    typealias Stage = TransactionOutcome.Stage

    let connectionsOpen = Gauge()
    let connectionsTotal = Counter()
    let connectionsRefused = Counter()
    let bytesIn = Counter()
    let bytesOut = Counter()
    let sessionsOpen = Gauge()
    let sessionsIdle = Gauge()
    let sessionsClosing = Gauge()
    let sessionsCreated = Counter()
    let sessionsReused = Counter()
    let sessionCap = Gauge()
    let circuitOpen = Gauge()
    let waiting = Gauge()
    let poolWait = Histogram()
    let timeToAccept = Histogram()
    private let messages = CounterTable<OutcomeLabel>()
    private let retirements = CounterTable<Retirement>()
    private let failures = CounterTable<UpstreamFailure.Kind>()
    private let denials = CounterTable<UpstreamFailure.Kind>()
    private let lookUps = CounterTable<LookUpResult>()
    private let foreignProtocols = CounterTable<ForeignProtocol>()
    /// When the destination that is in use was fetched or read.
    private let fetchedAt = Mutex<ContinuousClock.Instant?>(nil)
    /// Why the route has no destination, in a word, while that's so.
    private let failure = Mutex<String?>(nil)
    private let families: RelayMetrics
    private let labels: MetricLabels

    /// An outcome and a stage, as labels.
    private struct OutcomeLabel: Hashable, Sendable {
        let outcome: String
        let stage: String
    }

    /// A transaction was told that it gets no session.
    func denied(_ kind: UpstreamFailure.Kind) {
        denials.increment(kind)
        switch kind {
        case .poolFull: families.limits.reached(.poolWaiters)
        case .poolWait: families.limits.reached(.poolWait)
        case .destination, .nameResolution, .address, .connect, .tls, .token, .login, .refused, .proto, .timeout, .lost,
            .draining:
            break
        }
    }

    /// How a look-up of the destination ended.
    enum LookUpResult: String, Hashable, Sendable {
        case found
        case failed
    }

    init(route: Route, of families: RelayMetrics) {
        self.families = families
        // The names are constants that the grammar takes.
        let labels = try? MetricLabels([
            "namespace": route.namespace, "destination": route.resource, "tenant": route.tenant ?? "",
        ])
        self.labels = labels ?? .none
    }

    func finished(_ outcome: TransactionOutcome) {
        switch outcome {
        case .accepted: messages.increment(OutcomeLabel(outcome: "accepted", stage: Stage.endOfData.rawValue))
        case .refused(let rejection):
            messages.increment(OutcomeLabel(outcome: "refused", stage: rejection.stage.rawValue))
        case .failed(let rejection):
            messages.increment(OutcomeLabel(outcome: "failed", stage: rejection.stage.rawValue))
        case .ambiguous: messages.increment(OutcomeLabel(outcome: "ambiguous", stage: Stage.endOfData.rawValue))
        case .abandoned(let stage): messages.increment(OutcomeLabel(outcome: "abandoned", stage: stage.rawValue))
        }
    }

    /// A connection is closed since its client speaks another protocol.
    func closed(_ other: ForeignProtocol) {
        foreignProtocols.increment(other)
    }

    func retired(_ reason: Retirement) {
        retirements.increment(reason)
    }

    func openingFailed(_ kind: UpstreamFailure.Kind) {
        failures.increment(kind)
    }

    /// The destination was looked up.
    /// - Parameter time: when it was fetched or read; nil when it wasn't, and what was known stays in use.
    func lookedUp(_ result: LookUpResult, at time: ContinuousClock.Instant?) {
        lookUps.increment(result)
        if let time { fetchedAt.withLock { $0 = time } }
    }

    /// - Parameter reason: why the route has no destination; nil if it has one, or nobody knows yet.
    func destinationFailed(_ reason: String?) {
        failure.withLock { $0 = reason }
    }

    func collect(into collector: inout MetricsCollector) {
        collector.add(families.connectionsOpen, labels, metric: connectionsOpen)
        collector.add(families.connectionsTotal, labels, metric: connectionsTotal)
        collector.add(families.connectionsRefused, labels, metric: connectionsRefused)
        collector.add(families.bytesIn, labels, metric: bytesIn)
        collector.add(families.bytesOut, labels, metric: bytesOut)
        collector.add(families.sessions, labels, "open", metric: sessionsOpen)
        collector.add(families.sessions, labels, "idle", metric: sessionsIdle)
        collector.add(families.sessions, labels, "closing", metric: sessionsClosing)
        collector.add(families.sessionsCreated, labels, metric: sessionsCreated)
        collector.add(families.sessionsReused, labels, metric: sessionsReused)
        collector.add(families.sessionCap, labels, metric: sessionCap)
        collector.add(families.circuitOpen, labels, metric: circuitOpen)
        collector.add(families.waiting, labels, metric: waiting)
        // Each is eighteen lines, and most of many routes are idle. Mails are counted elsewhere, so that a rate that
        // misses the first of them matters little here.
        for (family, histogram) in [(families.poolWait, poolWait), (families.timeToAccept, timeToAccept)]
        where !histogram.isEmpty {
            collector.add(family, labels, metric: histogram)
        }
        if let fetchedAt = fetchedAt.withLock({ $0 }) {
            let age = (ContinuousClock.now - fetchedAt) / .seconds(1)
            collector.add(families.destinationAge, labels, value: age)
        }
        if let reason = failure.withLock({ $0 }) {
            collector.add(families.destinationFailed, labels, reason, value: 1)
        }
        for (result, counter) in lookUps.counters {
            collector.add(families.lookUps, labels, result.rawValue, metric: counter)
        }
        for (other, counter) in foreignProtocols.counters {
            collector.add(families.foreignProtocols, labels, other.rawValue, metric: counter)
        }
        for (label, counter) in messages.counters {
            collector.add(families.messages, labels, label.outcome, label.stage, metric: counter)
        }
        for (reason, counter) in retirements.counters {
            collector.add(families.sessionsRetired, labels, reason.rawValue, metric: counter)
        }
        for (kind, counter) in denials.counters {
            collector.add(families.denials, labels, kind.rawValue, metric: counter)
        }
        for (kind, counter) in failures.counters {
            collector.add(families.sessionFailures, labels, kind.rawValue, metric: counter)
        }
    }
}

import Logging
import Synchronization
import Telemetry

/// What all connections share.
struct ServingEnvironment: Sendable {
    let limits: ServingLimits
    let bodies: BodyMemoryLimiter
    let queue: RequestQueue
    let access: ReviewAccess
    let pages: OperationsRouter
    let reviews: ReviewService
    let metrics: AdmissionMetrics
    let stop: StopFlag
    let logger: Logger

    init(
        limits: ServingLimits,
        access: ReviewAccess = .anyClient,
        pages: OperationsRouter,
        reviews: ReviewService,
        metrics: AdmissionMetrics,
        stop: StopFlag,
        logger: Logger
    ) {
        self.limits = limits
        self.bodies = BodyMemoryLimiter(limit: limits.bodies)
        self.queue = RequestQueue(limits)
        self.access = access
        self.pages = pages
        self.reviews = reviews
        self.metrics = metrics
        self.stop = stop
        self.logger = logger
    }
}

/// Whether the server has been told to stop. May be used from any thread.
final class StopFlag: Sendable {
    private let flag = Atomic(false)

    /// Whether it has.
    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}

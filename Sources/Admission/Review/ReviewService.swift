import DestinationRules
import Logging
import ObjectModel
import ServerSupport
import Telemetry

/// Makes of a request's body the answer's. May be used from any thread; takes as long as the rules do, so not for event
/// loops.
struct ReviewService: Sendable {
    private let known: KnownDestinations
    private let settings: LiveConfiguration
    private let metrics: AdmissionMetrics
    private let logger: Logger
    private let options: JSONReader.Options

    init(
        known: KnownDestinations,
        settings: LiveConfiguration,
        metrics: AdmissionMetrics,
        limits: ServingLimits,
        logger: Logger
    ) {
        self.known = known
        self.settings = settings
        self.metrics = metrics
        self.logger = logger
        options = JSONReader.Options(maximumLength: limits.body, maximumDepth: 64, maximumCount: limits.values)
    }

    func answer(_ body: [UInt8]) -> OperationsResponse {
        let start = ContinuousClock.now
        let review: ObjectValue
        let request: AdmissionRequest
        do {
            review = try JSONReader.document(body, options: options).value
            request = try AdmissionRequest(review)
        } catch {
            let reason = (error as? JSONError).map { "the body is no usable JSON: \($0)" } ?? "\(error)"
            logger.debug("request is malformed", metadata: ["reason": "\(reason)"])
            return .text("\(reason)\n", status: 400)
        }
        let (claims, knowsOthers) = known.snapshot
        let context = RuleContext(instances: settings.current.ruleInstances, claims: claims)
        let answer = Reviewer(context: context, knowsOthers: knowsOthers).answer(to: request)
        let response = OperationsResponse(contentType: "application/json", body: answer.review.json())
        metrics.reviewed(answer.verdict, in: ContinuousClock.now - start)
        log(answer)
        return response
    }

    /// A line for each refusal. What is admitted shows in the metrics only.
    private func log(_ answer: AdmissionAnswer) {
        let request = answer.request
        let codes = Set(answer.verdict.findings.filter { $0.severity == .error }.map(\.code)).sorted()
        switch answer.verdict {
        case .refused:
            logger.info(
                "Destination is refused",
                metadata: [
                    "destination": "\(Quoted.escaped(request.namespace ?? "", limit: 63))/\(answer.objectName)",
                    "operation": "\(request.operation.rawValue)",
                    "user": "\(Quoted.escaped(request.user ?? "", limit: 253))",
                    "codes": "\(codes.map(\.rawValue).joined(separator: ","))",
                    "dryRun": "\(request.isDryRun)",
                    "uid": "\(Quoted.escaped(request.uid, limit: 128))",
                ]
            )
        case .passed, .admitted:
            logger.trace(
                "request is allowed",
                metadata: ["destination": "\(answer.objectName)", "operation": "\(request.operation.rawValue)"]
            )
        }
    }
}

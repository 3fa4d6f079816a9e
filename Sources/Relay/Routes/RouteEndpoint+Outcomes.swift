import Logging
import NIOCore
import SMTP
import Telemetry

extension RouteEndpoint {
    /// Counts and logs the end of a transaction.
    /// - Parameters:
    ///   - metadata: says which connection and which session it was.
    ///   - failure: what went wrong with its session last.
    func finished(
        _ outcome: TransactionOutcome,
        _ metadata: Logger.Metadata,
        failure: UpstreamFailure?,
        since start: NIODeadline?
    ) {
        metrics.finished(outcome)
        var metadata = metadata
        if let start {
            let duration = NIODeadline.now() - start
            if case .accepted = outcome { metrics.timeToAccept.record(Duration(duration)) }
            metadata["milliseconds"] = "\(duration.nanoseconds / 1_000_000)"
        }
        switch outcome {
        case .accepted(let octets, let reply):
            metadata["octets"] = "\(octets)"
            metadata.add(reply)
            logger.info("message accepted", metadata: metadata)
        case .refused(let rejection):
            metadata.add(rejection)
            logger.info("message refused", metadata: metadata)
        case .failed(let rejection):
            metadata.add(rejection, failure)
            logger.notice("message failed", metadata: metadata)
        case .ambiguous(let reply):
            metadata.add(Rejection(.endOfData, reply, .sessionLost), failure)
            logger.warning(
                "session lost behind the final dot, nobody knows whether the message was taken",
                metadata: metadata
            )
        case .abandoned(let stage):
            metadata["stage"] = "\(stage.rawValue)"
            logger.debug("transaction abandoned", metadata: metadata)
        }
    }

    /// Counts a connection that is closed since its client doesn't speak SMTP, and logs the first of a minute.
    func closing(_ other: ForeignProtocol, from address: String, _ metadata: Logger.Metadata) {
        metrics.closed(other)
        guard let count = foreignProtocols.add(other, at: .now()) else { return }
        var metadata = metadata
        metadata["protocol"] = "\(other.rawValue)"
        metadata["client"] = "\(address)"
        metadata["connections"] = "\(count)"
        metadata["remedy"] = "\(other.remedy)"
        logger.warning("connection closed, client does not speak SMTP", metadata: metadata)
    }

    /// Logs a refused recipient of a transaction that goes on.
    func recipientRefused(_ rejection: Rejection, _ metadata: Logger.Metadata) {
        var metadata = metadata
        metadata.add(rejection)
        logger.info("message recipient refused", metadata: metadata)
    }

    /// Logs that a transaction is not waited for any more.
    ///
    /// - Parameter last: when the application sent something for the last time.
    func cutOff(_ metadata: Logger.Metadata, silentSince last: NIODeadline) {
        var metadata = metadata
        metadata["silent"] = "\(Duration.nanoseconds((NIODeadline.now() - last).nanoseconds))"
        logger.warning(
            "a transaction is cut off: its route is closed, or the time to stop is over",
            metadata: metadata
        )
    }
}

extension Logger.Metadata {
    /// What every line about a refusal or a failure has.
    /// - Parameter failure: what went wrong with the session, where that is the reason.
    fileprivate mutating func add(_ rejection: Rejection, _ failure: UpstreamFailure? = nil) {
        self["stage"] = "\(rejection.stage.rawValue)"
        self["reason"] = "\(failure?.reason ?? rejection.cause.rawValue)"
        add(rejection.reply)
    }

    /// The text is cut where it is long, by the reply itself.
    fileprivate mutating func add(_ reply: Reply) {
        self["reply"] = "\(reply.code) \(reply.text)"
    }
}

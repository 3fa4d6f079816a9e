import Logging
import NIOCore
import ObjectModel
import SMTP
import Telemetry

extension RouteEndpoint {
    /// Counts and logs the end of a transaction.
    /// - Parameters:
    ///   - metadata: says which connection and which session it was.
    ///   - verdict: what the mail server said of the message.
    func finished(
        _ outcome: TransactionOutcome,
        _ metadata: Logger.Metadata,
        verdict: Reply?,
        since start: NIODeadline?
    ) {
        metrics.finished(outcome)
        var metadata = metadata
        if let start {
            let duration = NIODeadline.now() - start
            if case .accepted = outcome { metrics.timeToAccept.record(Duration(duration)) }
            metadata["milliseconds"] = "\(duration.nanoseconds / 1_000_000)"
        }
        if let verdict { metadata["reply"] = "\(BoundedText.line("\(verdict.code) \(verdict.text)", limit: 512))" }
        switch outcome {
        case .accepted(let octets):
            metadata["octets"] = "\(octets)"
            logger.info("message accepted", metadata: metadata)
        case .refused(let stage):
            metadata["stage"] = "\(stage.rawValue)"
            logger.info("message refused", metadata: metadata)
        case .failed(let stage):
            metadata["stage"] = "\(stage.rawValue)"
            logger.notice("message failed", metadata: metadata)
        case .ambiguous:
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

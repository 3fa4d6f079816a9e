import NIOCore
import SMTP

/// When connections that don't speak SMTP are logged: once a minute for each protocol, with their number since the last
/// line. No clock: the time comes in.
struct ForeignProtocolLog {
    static let interval = TimeAmount.minutes(1)

    private struct Entry {
        var nextLine: NIODeadline
        var omitted = 0
    }

    private var entries: [ForeignProtocol: Entry] = [:]

    /// Counts a connection.
    /// - Returns: how many a line is due for; nil where none is due.
    mutating func add(_ other: ForeignProtocol, at now: NIODeadline) -> Int? {
        if let entry = entries[other], now < entry.nextLine {
            entries[other]?.omitted += 1
            return nil
        }
        let count = (entries[other]?.omitted ?? 0) + 1
        entries[other] = Entry(nextLine: now + Self.interval)
        return count
    }
}

extension ForeignProtocol {
    /// What makes such a client speak SMTP.
    var remedy: String {
        switch self {
        case .tls:
            "connect without TLS; for clients that begin TLS by port 465, set another spec.service.port"
        case .http: "no HTTP on this port; let health checks be TCP checks"
        case .proxyProtocol: "turn the PROXY protocol off for this port"
        }
    }
}

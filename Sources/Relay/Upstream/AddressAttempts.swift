import NameResolution

/// The addresses of one opening: which are tried next, and which failure is reported once all have failed (RFC 5321
/// §5.1).
struct AddressAttempts {
    /// Those that haven't failed lately, and then the others.
    private var groups: [[IPAddress]]
    private let deadline: ContinuousClock.Instant
    /// The most telling of the failures.
    private(set) var failure: UpstreamFailure?

    /// - Parameters:
    ///   - hasFailed: whether an address has failed lately.
    ///   - deadline: when no further address is tried.
    init(_ addresses: [IPAddress], hasFailed: (IPAddress) -> Bool, deadline: ContinuousClock.Instant) {
        groups = [addresses.filter { !hasFailed($0) }, addresses.filter(hasFailed)].filter { !$0.isEmpty }
        self.deadline = deadline
    }

    /// The addresses to connect to next: the first that accepts the connection is used.
    ///
    /// - Returns: `nil` when none is left, or no time.
    func next(at now: ContinuousClock.Instant) -> [IPAddress]? {
        failure == nil || now < deadline ? groups.first : nil
    }

    /// None of the addresses that were to be connected to has accepted the connection.
    mutating func connectFailed(_ failure: UpstreamFailure) {
        groups = Array(groups.dropFirst())
        record(failure)
    }

    /// The session at an address has failed.
    ///
    /// - Parameter address: `nil` where it isn't known.
    mutating func sessionFailed(at address: IPAddress?, _ failure: UpstreamFailure) {
        let address = address ?? groups.first?.first
        groups = groups.map { $0.filter { $0 != address } }.filter { !$0.isEmpty }
        record(failure)
    }

    private mutating func record(_ new: UpstreamFailure) {
        guard let old = failure, Self.weight(of: old.kind) >= Self.weight(of: new.kind) else {
            failure = new
            return
        }
    }

    /// Whether another address may do better than the one that has failed before EHLO was answered.
    static func mayDoBetter(after kind: UpstreamFailure.Kind) -> Bool {
        switch kind {
        case .connect, .tls, .refused, .proto, .timeout, .lost: true
        case .destination, .nameResolution, .address, .token, .login, .poolFull, .poolWait, .draining: false
        }
    }

    /// What a mail server says tells more than its certificate, and that more than silence.
    private static func weight(of kind: UpstreamFailure.Kind) -> Int {
        switch kind {
        case .connect: 0
        case .lost, .timeout: 1
        case .proto, .tls: 2
        case .refused: 3
        case .destination, .nameResolution, .address, .token, .login, .poolFull, .poolWait, .draining: 4
        }
    }
}

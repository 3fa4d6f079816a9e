import DestinationModel
import Synchronization
import TLS

/// One TLS context for each policy, shared by all routes that have it: a context holds the machine's trust store, which
/// is too large to be had a thousand times. May be used from any thread, but reads files.
final class TLSContextCache: Sendable {
    private struct State {
        var trustRoots: TLSClientConfiguration.TrustRoots
        var contexts: [MailDestination.TLSPolicy: TLSClientContext] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter trustRoots: what servers' certificates are checked against.
    init(trustRoots: TLSClientConfiguration.TrustRoots) {
        state = Mutex(State(trustRoots: trustRoots))
    }

    /// Has the contexts to come check servers' certificates against others. Those that were given out stay as they are.
    ///
    /// - Throws: when none can be made with these; then nothing has changed.
    func trust(_ trustRoots: TLSClientConfiguration.TrustRoots) throws(TLSError) {
        let policy = MailDestination.TLSPolicy()
        let context = try Self.context(for: policy, trustRoots)
        state.withLock { $0 = State(trustRoots: trustRoots, contexts: [policy: context]) }
    }

    func context(for policy: MailDestination.TLSPolicy) throws(TLSError) -> TLSClientContext {
        let (known, trustRoots) = state.withLock { ($0.contexts[policy], $0.trustRoots) }
        if let known { return known }
        let context = try Self.context(for: policy, trustRoots)
        return state.withLock { state in
            guard state.trustRoots == trustRoots else { return context }
            // Two may have made it at the same time; all use the first.
            let first = state.contexts[policy] ?? context
            state.contexts[policy] = first
            return first
        }
    }

    private static func context(
        for policy: MailDestination.TLSPolicy,
        _ trustRoots: TLSClientConfiguration.TrustRoots
    ) throws(TLSError) -> TLSClientContext {
        var configuration = TLSClientConfiguration()
        configuration.trustRoots = trustRoots
        configuration.verification = verification(policy.verification)
        configuration.acceptsCommonName = policy.acceptsCommonName
        configuration.minimumVersion = version(policy.minimumVersion)
        configuration.maximumVersion = policy.maximumVersion.map(version)
        return try TLSClientContext(configuration)
    }

    private static func verification(
        _ verification: MailDestination.TLSPolicy.Verification
    ) -> TLSClientConfiguration.Verification {
        switch verification {
        case .full: .full
        case .chainOnly: .chainOnly
        case .none: .none
        }
    }

    private static func version(_ version: MailDestination.TLSPolicy.Version) -> TLSVersion {
        switch version {
        case .tls12: .v1_2
        case .tls13: .v1_3
        }
    }
}

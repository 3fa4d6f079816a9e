import DestinationModel
import Synchronization
import TLS

/// One TLS context for each policy, shared by all routes that have it: a context holds the machine's trust store, which
/// is too large to be had a thousand times. May be used from any thread, but reads files.
final class TLSContextCache: Sendable {
    private let trustRoots: TLSClientConfiguration.TrustRoots
    private let contexts = Mutex<[MailDestination.TLSPolicy: TLSClientContext]>([:])

    /// - Parameter trustRoots: what servers' certificates are checked against.
    init(trustRoots: TLSClientConfiguration.TrustRoots) {
        self.trustRoots = trustRoots
    }

    func context(for policy: MailDestination.TLSPolicy) throws(TLSError) -> TLSClientContext {
        if let context = contexts.withLock({ $0[policy] }) { return context }
        var configuration = TLSClientConfiguration()
        configuration.trustRoots = trustRoots
        configuration.verification = Self.verification(policy.verification)
        configuration.minimumVersion = Self.version(policy.minimumVersion)
        configuration.maximumVersion = policy.maximumVersion.map(Self.version)
        let context = try TLSClientContext(configuration)
        return contexts.withLock { contexts in
            // Two may have made it at the same time; all use the first.
            let first = contexts[policy] ?? context
            contexts[policy] = first
            return first
        }
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

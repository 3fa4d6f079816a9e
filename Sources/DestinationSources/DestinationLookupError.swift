public import DestinationModel
import ObjectModel

/// Why a destination can't be had. The description names instance, tenant and destination, and no credential.
public struct DestinationLookupError: Error, Hashable, Sendable {
    /// The kind of failure. New kinds may be added.
    public struct Code: Hashable, Sendable {
        private enum Base {
            case noSuchInstance, noSuchTenant, noSuchDestination, noSuchFragment, tenantNotSubscribed
            case serviceUnavailable, credentialsRefused, malformed
        }

        private let base: Base

        private init(_ base: Base) { self.base = base }

        /// No Destination service instance or folder of that name is configured.
        public static let noSuchInstance = Code(.noSuchInstance)
        /// The instance knows no such tenant.
        public static let noSuchTenant = Code(.noSuchTenant)
        /// The tenant, or the provider where the reference names none, has no such destination.
        public static let noSuchDestination = Code(.noSuchDestination)
        /// The fragment that the reference needs does not exist.
        public static let noSuchFragment = Code(.noSuchFragment)
        /// The tenant exists and is not subscribed to the application.
        public static let tenantNotSubscribed = Code(.tenantNotSubscribed)
        /// The source can't be reached or read and nothing is cached. Trying again later may help.
        public static let serviceUnavailable = Code(.serviceUnavailable)
        /// The source refuses our own login.
        public static let credentialsRefused = Code(.credentialsRefused)
        /// The destination is there and can't be used; `findings` says why.
        public static let malformed = Code(.malformed)

        fileprivate var sentence: String {
            switch base {
            case .noSuchInstance: "there is no such instance"
            case .noSuchTenant: "there is no such tenant"
            case .noSuchDestination: "there is no such destination"
            case .noSuchFragment: "there is no such fragment"
            case .tenantNotSubscribed: "the tenant is not subscribed"
            case .serviceUnavailable: "the source can't be reached"
            case .credentialsRefused: "the source refuses the login of the relay"
            case .malformed: "the destination can't be used"
            }
        }
    }

    /// The kind of failure.
    public let code: Code
    /// What was looked for.
    public let reference: DestinationReference
    /// What is wrong with a malformed destination.
    public let findings: [DestinationFinding]

    /// An error about the destination that was looked for, with what its files have wrong.
    public init(_ code: Code, _ reference: DestinationReference, findings: [DestinationFinding] = []) {
        self.code = code
        self.reference = reference
        self.findings = findings
    }
}

extension DestinationLookupError: CustomStringConvertible {
    public var description: String {
        let text = "\(reference): \(code.sentence)"
        return findings.isEmpty ? text : text + ": " + findings.map(\.description).joined(separator: "; ")
    }
}

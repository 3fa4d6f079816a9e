public import DestinationModel
import ObjectModel

/// Why a destination can't be had. The description names instance, tenant and destination, and no credential.
public struct DestinationLookupError: Error, Hashable, Sendable {
    /// The kind of failure. New kinds may be added.
    public struct Code: Hashable, Sendable {
        private enum Base {
            case noSuchInstance, noSuchTenant, noSuchDestination, noSuchFragment, tenantNotSubscribed
            case serviceUnavailable, bindingUnusable, credentialsRefused, malformedAnswer
            case malformed, typeNotSupported, proxyTypeNotSupported
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
        /// The binding of the instance is missing or can't be read, so the source can't be asked.
        public static let bindingUnusable = Code(.bindingUnusable)
        /// The source refuses our own login.
        public static let credentialsRefused = Code(.credentialsRefused)
        /// What answers is not the source, or not as documented, and nothing is cached.
        public static let malformedAnswer = Code(.malformedAnswer)
        /// The destination is there and can't be used; `findings` says why.
        public static let malformed = Code(.malformed)
        /// The destination is not of type MAIL.
        public static let typeNotSupported = Code(.typeNotSupported)
        /// The destination's mail server is not on the Internet.
        public static let proxyTypeNotSupported = Code(.proxyTypeNotSupported)

        /// Whether it is the source that fails, which says nothing about the destination: what is known of it serves on.
        public var isSourceDown: Bool {
            switch base {
            case .serviceUnavailable, .bindingUnusable, .credentialsRefused, .malformedAnswer: true
            case .noSuchInstance, .noSuchTenant, .noSuchDestination, .noSuchFragment, .tenantNotSubscribed, .malformed,
                .typeNotSupported, .proxyTypeNotSupported:
                false
            }
        }

        /// The reason that the status of the Destination resource gives.
        public var statusReason: String {
            switch base {
            case .noSuchInstance: "ConfigurationError-DestinationServiceInstance-NotFound"
            case .noSuchTenant: "ConfigurationError-Tenant-NotFound"
            case .noSuchDestination: "ConfigurationError-ReferencedDestination-NotFound"
            case .noSuchFragment: "ConfigurationError-ReferencedFragment-NotFound"
            case .tenantNotSubscribed: "ConfigurationError-Tenant-NotSubscribed"
            case .serviceUnavailable, .bindingUnusable: "ConfigurationError-DestinationService-NotReachable"
            case .credentialsRefused: "ConfigurationError-DestinationService-CredentialsRefused"
            case .malformedAnswer: "ConfigurationError-DestinationService-AnswerNotUsable"
            case .malformed: "ConfigurationError-ReferencedDestination-NotUsable"
            case .typeNotSupported: "ConfigurationError-ReferencedDestination-TypeNotSupported"
            case .proxyTypeNotSupported: "ConfigurationError-ReferencedDestination-ProxyTypeNotSupported"
            }
        }

        /// A word for it, as metrics have it.
        public var word: String {
            switch base {
            case .noSuchInstance: "no_such_instance"
            case .noSuchTenant: "no_such_tenant"
            case .noSuchDestination: "no_such_destination"
            case .noSuchFragment: "no_such_fragment"
            case .tenantNotSubscribed: "tenant_not_subscribed"
            case .serviceUnavailable: "service_unavailable"
            case .bindingUnusable: "binding_unusable"
            case .credentialsRefused: "credentials_refused"
            case .malformedAnswer: "malformed_answer"
            case .malformed: "malformed"
            case .typeNotSupported: "type_not_supported"
            case .proxyTypeNotSupported: "proxy_type_not_supported"
            }
        }

        fileprivate var sentence: String {
            switch base {
            case .noSuchInstance: "there is no such instance"
            case .noSuchTenant: "there is no such tenant"
            case .noSuchDestination: "there is no such destination"
            case .noSuchFragment: "there is no such fragment"
            case .tenantNotSubscribed: "the tenant is not subscribed"
            case .serviceUnavailable: "the source can't be reached"
            case .bindingUnusable: "the instance's binding can't be used"
            case .credentialsRefused: "the source refuses the login of the relay"
            case .malformedAnswer: "the source's answer can't be used"
            case .malformed: "the destination can't be used"
            case .typeNotSupported: "the destination is not of type MAIL"
            case .proxyTypeNotSupported: "the destination's mail server is not on the Internet"
            }
        }

        fileprivate var advice: String {
            switch base {
            case .noSuchInstance: "configure it, or correct the name"
            case .noSuchTenant: "correct the tenant's subdomain"
            case .noSuchDestination: "create it there, or correct its name or level"
            case .noSuchFragment: "create it there, correct its name or level, or make it optional"
            case .tenantNotSubscribed: "subscribe it to the application"
            case .serviceUnavailable: "it is asked again by itself"
            case .bindingUnusable: "it is read again when its Secret changes"
            case .credentialsRefused: "renew the binding"
            case .malformedAnswer: "check the addresses in the binding, and proxies on the way"
            case .malformed: "correct it"
            case .typeNotSupported: "set its Type to MAIL, or name another one"
            case .proxyTypeNotSupported: "set its ProxyType to Internet, or name another one"
            }
        }
    }

    /// The kind of failure.
    public let code: Code
    /// What was looked for.
    public let reference: DestinationReference
    /// What is wrong with a malformed destination.
    public let findings: [DestinationFinding]
    /// One line of further explanation, such as the status of an answer; 512 bytes at most.
    public let detail: String?
    /// Who was asked; nil where nobody was.
    public let origin: DestinationOrigin?

    /// An error about the destination that was looked for, with what is wrong with it.
    public init(
        _ code: Code,
        _ reference: DestinationReference,
        findings: [DestinationFinding] = [],
        detail: String? = nil,
        origin: DestinationOrigin? = nil
    ) {
        self.code = code
        self.reference = reference
        self.findings = findings
        self.detail = detail.map { BoundedText.line($0, limit: 512) }
        self.origin = origin
    }

    /// Whether what was found before serves on: it is of the origin that can't be asked at the moment, or nobody was
    /// asked.
    public func leavesStanding(_ origin: DestinationOrigin) -> Bool {
        code.isSourceDown && (self.origin ?? origin) == origin
    }
}

extension DestinationLookupError {
    /// What may be told to applications: no file, no address of a service and no answer of one.
    public var publicDescription: String {
        let facts = findings.map(\.message).joined(separator: "; ")
        return code.sentence + (facts.isEmpty ? "" : ": \(facts)") + "; \(code.advice)"
    }
}

extension DestinationLookupError: CustomStringConvertible {
    public var description: String {
        let facts = ([detail].compactMap(\.self) + findings.map(\.description)).joined(separator: "; ")
        return "\(reference): \(code.sentence)" + (facts.isEmpty ? "" : ": \(facts)") + "; \(code.advice)"
    }
}

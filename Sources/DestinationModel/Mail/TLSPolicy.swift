extension MailDestination {
    /// What the mail server has to prove, and which TLS versions are used with it.
    public struct TLSPolicy: Hashable, Sendable {
        /// How much of the server's certificate is verified.
        public enum Verification: Hashable, Sendable {
            /// The chain up to a trusted authority, and the host name.
            case full
            /// The chain only (`mail.smtps.ssl.checkserveridentity` is `false`).
            case chainOnly
            /// Nothing (`mail.smtps.ssl.trust` is `*`, the one explicit way to ask for it). Log its use.
            case none
        }

        /// A TLS version that the relay speaks; older ones are never used.
        public enum Version: Int, Hashable, Sendable, Comparable, CaseIterable {
            case tls12 = 0x0303
            case tls13 = 0x0304

            public static func < (left: Version, right: Version) -> Bool { left.rawValue < right.rawValue }
        }

        /// How much of the server's certificate is verified.
        public var verification: Verification
        /// Whether the common name of a certificate without subject alternative names counts, which RFC 9525 section
        /// 6.3 forbids (`mail.smtps.ssl.acceptcommonname` is `true`).
        public var acceptsCommonName: Bool
        /// The oldest version to accept.
        public var minimumVersion: Version
        /// The newest version to offer, or `nil` for the newest that there is.
        public var maximumVersion: Version?

        /// Creates a policy; the defaults are those of a destination that says nothing about TLS.
        public init(
            verification: Verification = .full,
            acceptsCommonName: Bool = false,
            minimumVersion: Version = .tls12,
            maximumVersion: Version? = nil
        ) {
            self.verification = verification
            self.acceptsCommonName = acceptsCommonName
            self.minimumVersion = minimumVersion
            self.maximumVersion = maximumVersion
        }
    }
}

/// How long certificates live and how long news about them takes. All durations are in seconds.
public struct CertificatePolicy: Sendable, Hashable {
    /// How long an authority is valid. A new one is made at two thirds of it.
    public let authorityLifetime: Int64
    /// How long a serving certificate is valid. A new one is made at two thirds of it.
    public let leafLifetime: Int64
    /// After how long every API server uses a changed `caBundle`. They watch it, so that it's a matter of seconds.
    public let bundlePropagation: Int64
    /// After how long every admission server uses a changed serving certificate: the kubelet's refresh of mounted
    /// Secrets, up to two minutes, and the server's own look at its files.
    public let leafPropagation: Int64

    /// What the product uses: two years, ninety days, ten minutes, one hour.
    public static let standard = CertificatePolicy(
        unchecked: (730 * 86_400, 90 * 86_400, 600, 3600)
    )

    /// A policy of one's own.
    ///
    /// - Throws: ``CertificatePolicyError`` when something would expire before its successor is in use everywhere.
    public init(
        authorityLifetime: Int64,
        leafLifetime: Int64,
        bundlePropagation: Int64,
        leafPropagation: Int64
    ) throws(CertificatePolicyError) {
        let longest: Int64 = 100 * 366 * 86_400
        let all = [authorityLifetime, leafLifetime, bundlePropagation, leafPropagation]
        guard all.allSatisfy({ (1...longest).contains($0) }) else {
            throw CertificatePolicyError("every duration must be between one second and a hundred years")
        }
        guard leafLifetime <= authorityLifetime else {
            throw CertificatePolicyError("a serving certificate can't outlive its authority")
        }
        guard leafPropagation < leafLifetime / 3 else {
            throw CertificatePolicyError(
                "a serving certificate must live more than three times as long as it takes to reach every server"
            )
        }
        guard bundlePropagation + leafPropagation < authorityLifetime / 3 else {
            throw CertificatePolicyError(
                "an authority must live more than three times as long as it takes to be replaced"
            )
        }
        self.init(unchecked: (authorityLifetime, leafLifetime, bundlePropagation, leafPropagation))
    }

    private init(unchecked: (Int64, Int64, Int64, Int64)) {
        (authorityLifetime, leafLifetime, bundlePropagation, leafPropagation) = unchecked
    }
}

/// Why durations don't go together.
public struct CertificatePolicyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line of English.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

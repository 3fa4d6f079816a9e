import TLS

extension CertificateValidity {
    /// `CertificateValidity.init(from:seconds:)` lets a certificate begin so much before it is made.
    static let backdating: Int64 = 3600

    /// When a certificate of ours was made. Kept between its first and last second, whoever made it.
    var issuedAt: Int64 {
        min(notBefore + Self.backdating, notAfter)
    }

    /// Two thirds of the way from being made to its end.
    var renewAt: Int64 {
        issuedAt + (notAfter - issuedAt) / 3 * 2
    }

    /// Whether it's valid at a moment.
    func contains(_ time: Int64) -> Bool {
        notBefore <= time && time <= notAfter
    }
}

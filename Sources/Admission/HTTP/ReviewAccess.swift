import TLS

/// Which clients may send reviews.
enum ReviewAccess: Hashable, Sendable {
    /// All: the API server shows no certificate that it could be told by.
    case anyClient
    /// Those that have shown a certificate, by one of these common names, or by any if there are none.
    case certificate(names: Set<String>)

    func isGranted(to certificate: TLSClientCertificate?) -> Bool {
        switch self {
        case .anyClient: return true
        case .certificate(let names):
            guard let certificate else { return false }
            return names.isEmpty || certificate.commonName.map(names.contains) ?? false
        }
    }
}

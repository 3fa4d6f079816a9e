internal import HTTPTransport

/// What an access's files hold at this moment.
struct AccessMaterial {
    let trust: HTTPTrustRoots
    let identity: HTTPClientIdentity?
    /// The Authorization header, if any. Secret.
    let authorization: String?
    /// Differs when the CA or client certificate do, which need another HTTP client.
    let tlsFingerprint: Int
    /// Differs, but for a chance of one in 2⁶⁴, when anything does. Kept instead of the secrets themselves.
    let fingerprint: Int

    /// - Throws: `ClusterAccessError` for what can't be read.
    init(reading access: ClusterAccess) throws(ClusterAccessError) {
        var hasher = Hasher()
        switch access.trust {
        case .system: trust = .system
        case .systemAnd(let pem): trust = .systemAnd(try Self.load(pem, &hasher))
        case .only(let pem): trust = .only(try Self.load(pem, &hasher))
        }
        if let identity = access.credentials.identity {
            self.identity = HTTPClientIdentity(
                certificateChain: try Self.load(identity.certificateChain, &hasher),
                privateKey: try Self.load(identity.privateKey, &hasher)
            )
        } else {
            identity = nil
        }
        tlsFingerprint = hasher.finalize()
        switch access.credentials.token {
        case nil: authorization = nil
        case .text(let text)?: authorization = "Bearer " + (try SmallFile.token(in: text, file: nil))
        case .file(let path)?: authorization = "Bearer " + (try SmallFile.token(path))
        }
        var whole = Hasher()
        whole.combine(tlsFingerprint)
        whole.combine(authorization)
        fingerprint = whole.finalize()
    }

    private static func load(_ pem: HTTPPEM, _ hasher: inout Hasher) throws(ClusterAccessError) -> HTTPPEM {
        switch pem {
        case .bytes: return pem
        case .file(let path):
            let bytes = try SmallFile.read(path)
            hasher.combine(bytes)
            return .bytes(bytes)
        }
    }
}

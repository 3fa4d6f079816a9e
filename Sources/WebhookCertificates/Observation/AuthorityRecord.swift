import TLS

/// The authorities that the authority's Secret tells of.
struct AuthorityRecord: Sendable, Hashable {
    /// No Secret of ours ever has more; someone else's may.
    static let mostPrevious = 8

    /// Who signed the leaf in use, and signs the next ones.
    var active: Signer?
    /// Who is to sign after a change of authority that has begun.
    var next: Signer?
    /// Who signed leaves that servers may still show.
    var previous: [CertificateFacts]
    /// Since when no leaf of `previous` is in the serving Secret; `nil` where that is unknown.
    var previousSince: Int64?

    static let empty = AuthorityRecord(active: nil, next: nil, previous: [], previousSince: nil)

    /// All authorities to be trusted, in an order that doesn't depend on their roles: changing those alone must not
    /// change the bundle.
    var bundle: [CertificateFacts] {
        var facts: [CertificateFacts] = []
        for one in [active?.facts, next?.facts].compactMap({ $0 }) + previous where !facts.contains(one) {
            facts.append(one)
        }
        return facts.sorted {
            ($0.validity.notBefore, $0.fingerprint) < ($1.validity.notBefore, $1.fingerprint)
        }
    }
}

extension AuthorityRecord {
    /// Reads a Secret. What can't be read is left out.
    init(_ secret: SecretContent?) {
        guard let secret else {
            self = .empty
            return
        }
        let data = secret.data
        active = Signer(certificatePEM: data[SecretKeys.authority], keyPEM: data[SecretKeys.authorityKey])
        next = Signer(certificatePEM: data[SecretKeys.next], keyPEM: data[SecretKeys.nextKey])
        let read = data[SecretKeys.previous].flatMap { try? CertificateFacts.read($0) } ?? []
        previous = Array(read.filter(\.isAuthority).suffix(Self.mostPrevious))
        previousSince = secret.annotations[Marks.previousSince].flatMap(Timestamp.seconds)
    }

    /// What of the Secret's data is ours, as it is written.
    var data: [String: [UInt8]] {
        var data: [String: [UInt8]] = [:]
        data[SecretKeys.authority] = active?.facts.pem
        data[SecretKeys.authorityKey] = active?.keyPEM
        data[SecretKeys.next] = next?.facts.pem
        data[SecretKeys.nextKey] = next?.keyPEM
        data[SecretKeys.previous] = previous.isEmpty ? nil : previous.flatMap(\.pem)
        return data
    }
}

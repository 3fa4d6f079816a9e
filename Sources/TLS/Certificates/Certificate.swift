import COpenSSL

/// Owns an X.509 certificate.
///
/// Sendable: the only one who changes a certificate is `CertificateBuilder`, before anyone else has it; after that it
/// is only read, which OpenSSL allows from several threads (it locks what it caches).
final class Certificate: @unchecked Sendable {
    /// Far more than any real chain has.
    static let maximumChainLength = 100
    /// A Secret has room for fewer.
    static let maximumBundleLength = 2000

    let pointer: OpaquePointer

    /// Takes over the caller's reference.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        X509_free(pointer)
    }

    /// The certificate as PEM.
    var pem: [UInt8]? {
        MemoryBIO.write { PEM_write_bio_X509($0, pointer) == 1 }
    }

    /// The SHA-256 digest of the whole certificate in hexadecimal.
    var fingerprint: String? {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard X509_digest(pointer, EVP_sha256(), &digest, &length) == 1 else { return nil }
        return CertificateText.hexadecimal(digest.prefix(Int(length)))
    }

    /// All certificates of a PEM text, in its order.
    ///
    /// - Parameter limit: how many there may be; the rest isn't looked at.
    static func parseChain(
        _ pem: [UInt8],
        limit: Int = Certificate.maximumChainLength
    ) throws(TLSError) -> [Certificate] {
        ERR_clear_error()
        var chain: [Certificate] = []
        MemoryBIO.read(pem) { bio in
            while chain.count < limit, let next = PEM_read_bio_X509(bio, nil, noPassword, nil) {
                chain.append(Certificate(owning: next))
            }
        }
        let errors = OpenSSLErrors.take()
        guard !chain.isEmpty else {
            throw .configuration("the PEM text holds no certificate: \(errors.summary)")
        }
        // A chain ends with "no start line"; anything else is a broken certificate further down.
        guard errors.endOfPEM else {
            throw .configuration("certificate \(chain.count + 1) of the PEM text is broken: \(errors.summary)")
        }
        return chain
    }
}

extension OpenSSLErrors {
    /// Whether the only complaint is that no further PEM block was found.
    fileprivate var endOfPEM: Bool {
        entries.allSatisfy { !$0.isTLS && $0.reason == PEM_R_NO_START_LINE }
    }
}

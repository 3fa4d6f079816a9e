import COpenSSL

/// Answers OpenSSL's question for a password with "there is none"; without it, it would ask the terminal.
let noPassword: @convention(c) (UnsafeMutablePointer<CChar>?, CInt, CInt, UnsafeMutableRawPointer?) -> CInt = {
    _,
    _,
    _,
    _ in -1
}

/// Owns a private key.
final class PrivateKey {
    let pointer: OpaquePointer

    init(pem: [UInt8]) throws(TLSError) {
        ERR_clear_error()
        let key = MemoryBIO.read(pem) { PEM_read_bio_PrivateKey($0, nil, noPassword, nil) } ?? nil
        guard let key else {
            // The queue may name the key's kind, never its content.
            let details = OpenSSLErrors.take().summary
            throw .configuration("can't read the private key; it must be unencrypted PEM (\(details))")
        }
        self.pointer = key
    }

    /// Makes a new key on the curve P-256.
    init() throws(TLSError) {
        ERR_clear_error()
        guard let key = COpenSSL_EVP_EC_gen("P-256") else {
            throw .configuration("can't make a key: \(OpenSSLErrors.take().summary)")
        }
        self.pointer = key
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// The key as unencrypted PKCS #8 PEM.
    var pem: [UInt8]? {
        MemoryBIO.write { PEM_write_bio_PKCS8PrivateKey($0, pointer, nil, nil, 0, nil, nil) == 1 }
    }
}

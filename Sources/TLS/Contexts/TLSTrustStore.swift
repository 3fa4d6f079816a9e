import COpenSSL

/// Certification authorities, parsed once and shared by any number of TLS contexts: a parsed system trust store takes
/// about 0.8 MiB.
///
/// `@unchecked Sendable`: the store is filled by the thread that makes it. After that it is only searched, which OpenSSL
/// guards with the store's own lock.
public final class TLSTrustStore: @unchecked Sendable {
    /// An `X509_STORE`.
    let pointer: OpaquePointer

    /// Reads the files that the roots name. Blocks on the disk.
    ///
    /// - Throws: ``TLSError`` with code `configuration` when a file or certificate can't be used.
    public init(_ roots: TLSTrustRoots) throws(TLSError) {
        let file: String?
        let systemToo: Bool
        var bundle: [Certificate] = []
        switch roots {
        case .system: (file, systemToo) = (nil, true)
        case .systemAnd(let path): (file, systemToo) = (path, true)
        case .systemAndBundle(let pem):
            (file, systemToo) = (nil, true)
            bundle = try Certificate.parseChain(pem, limit: Certificate.maximumBundleLength)
        case .file(let path): (file, systemToo) = (path, false)
        case .bundle(let pem):
            (file, systemToo) = (nil, false)
            bundle = try Certificate.parseChain(pem, limit: Certificate.maximumBundleLength)
        }
        ERR_clear_error()
        guard let pointer = X509_STORE_new() else {
            throw .configuration("OpenSSL can't make a trust store: \(OpenSSLErrors.take().summary)")
        }
        self.pointer = pointer
        if systemToo, X509_STORE_set_default_paths(pointer) != 1 {
            throw .configuration("can't read the system's trust store: \(OpenSSLErrors.take().summary)")
        }
        for certificate in bundle {
            guard X509_STORE_add_cert(pointer, certificate.pointer) == 1 else {
                throw .configuration("a CA certificate can't be used: \(OpenSSLErrors.take().summary)")
            }
        }
        if let file, X509_STORE_load_file(pointer, file) != 1 {
            throw .configuration("can't read CA certificates from \(file): \(OpenSSLErrors.take().summary)")
        }
        guard file != nil || !bundle.isEmpty else { return }
        X509_STORE_set_flags(pointer, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }

    deinit {
        X509_STORE_free(pointer)
    }

    /// Replaces the trust store of an `SSL_CTX` that another library made, such as libcurl.
    ///
    /// - Parameter context: the `SSL_CTX`. It keeps the store alive.
    public func use(inContext context: UnsafeMutableRawPointer) {
        SSL_CTX_set1_cert_store(OpaquePointer(context), pointer)
    }
}

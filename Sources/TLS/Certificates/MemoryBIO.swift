import COpenSSL

/// OpenSSL's memory BIO: how its PEM and print functions take and give bytes.
enum MemoryBIO {
    /// What was written to `bio`.
    static func bytes(_ bio: OpaquePointer) -> [UInt8] {
        var start: UnsafeMutablePointer<CChar>?
        let length = COpenSSL_BIO_get_mem_data(bio, &start)
        guard length > 0, let start else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: length))
    }

    /// Collects what `body` writes; `nil` when it returns false.
    static func write(_ body: (OpaquePointer) -> Bool) -> [UInt8]? {
        guard let bio = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free_all(bio) }
        return body(bio) ? bytes(bio) : nil
    }

    /// Lets `body` read `bytes`, which must outlive the call only.
    static func read<Result, Failure: Error>(
        _ bytes: [UInt8],
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard let bio = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free_all(bio) }
        let length = Int32(clamping: bytes.count)
        guard BIO_write(bio, bytes, length) == length else { return nil }
        return try body(bio)
    }
}

import COpenSSL
import NIOCore

/// The two ends of the wire as an OpenSSL connection sees them: what came in, and what is to go out.
final class CiphertextBuffers {
    var inbound = ByteBuffer()
    var outbound = ByteBuffer()
    /// What of `inbound` OpenSSL may read.
    var gate: RecordGate

    init(_ gate: RecordGate) {
        self.gate = gate
    }
}

/// A BIO that reads from and appends to ``CiphertextBuffers``.
///
/// OpenSSL's own memory BIO would copy every byte once more, and would keep its largest buffer for good.
enum CiphertextBIO {
    /// Makes a BIO over `buffers`, which it does not retain: the caller must free the BIO first.
    static func make(over buffers: CiphertextBuffers) -> OpaquePointer? {
        guard let method = method.pointer, let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(buffers).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    private static let method = Method()

    /// `@unchecked Sendable`: the table is filled in before it is published, and never written again.
    private final class Method: @unchecked Sendable {
        let pointer: OpaquePointer?

        init() {
            pointer = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ciphertext buffers")
            guard let pointer else { return }
            BIO_meth_set_read_ex(pointer, readCiphertext)
            BIO_meth_set_write_ex(pointer, writeCiphertext)
            BIO_meth_set_ctrl(pointer, controlCiphertext)
        }
    }
}

private func buffers(of bio: OpaquePointer) -> CiphertextBuffers? {
    BIO_get_data(bio).map { Unmanaged<CiphertextBuffers>.fromOpaque($0).takeUnretainedValue() }
}

private func readCiphertext(
    _ bio: OpaquePointer?,
    _ destination: UnsafeMutablePointer<CChar>?,
    _ length: Int,
    _ count: UnsafeMutablePointer<Int>?
) -> CInt {
    guard let bio, let destination, let count, let buffers = buffers(of: bio) else { return 0 }
    COpenSSL_BIO_clear_retry_flags(bio)
    let available = min(length, buffers.inbound.readableBytes, buffers.gate.remaining)
    guard available > 0 else {
        COpenSSL_BIO_set_retry_read(bio)
        return 0
    }
    buffers.inbound.readWithUnsafeReadableBytes { source in
        let target = UnsafeMutableRawBufferPointer(start: destination, count: available)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(available)))
        return available
    }
    buffers.gate.read(available)
    if buffers.inbound.readableBytes == 0 {
        // Gives the read buffer back at once: an idle connection must not keep it.
        buffers.inbound = ByteBuffer()
    }
    count.pointee = available
    return 1
}

private func writeCiphertext(
    _ bio: OpaquePointer?,
    _ source: UnsafePointer<CChar>?,
    _ length: Int,
    _ count: UnsafeMutablePointer<Int>?
) -> CInt {
    guard let bio, let source, let count, let buffers = buffers(of: bio) else { return 0 }
    COpenSSL_BIO_clear_retry_flags(bio)
    count.pointee = buffers.outbound.writeBytes(UnsafeRawBufferPointer(start: source, count: length))
    return 1
}

private func controlCiphertext(
    _ bio: OpaquePointer?,
    _ command: CInt,
    _ number: CLong,
    _ pointer: UnsafeMutableRawPointer?
) -> CLong {
    // Nothing is held back here, so a flush, which OpenSSL insists on, is done before it is asked for.
    command == BIO_CTRL_FLUSH ? 1 : 0
}

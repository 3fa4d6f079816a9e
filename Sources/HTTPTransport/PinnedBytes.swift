internal import Glibc

/// Bytes at an address that doesn't change, for libcurl to read without copying. Wiped when freed, as keys are among
/// them.
///
/// `@unchecked Sendable`: the memory is written in `init` alone, before anyone else can know of it, and freed in `deinit`,
/// when nobody does any more; in between it is only read.
final class PinnedBytes: @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer

    /// Where the bytes are; valid for as long as this object lives.
    var pointer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }

    init(_ bytes: [UInt8]) {
        memory = .allocate(byteCount: bytes.count, alignment: 1)
        memory.copyBytes(from: bytes)
    }

    deinit {
        if let address = memory.baseAddress { explicit_bzero(address, memory.count) }
        memory.deallocate()
    }
}

import NIOCore

/// The header of a TLS record (RFC 8446 section 5.1). Only its five bytes are looked at.
struct RecordHeader: Hashable, Sendable {
    static let length = 5
    /// The content type of handshake messages; since TLS 1.3 only until they are encrypted.
    static let handshake: UInt8 = 22

    let contentType: UInt8
    let majorVersion: UInt8
    /// The length of what follows the header.
    let bodyLength: Int

    /// The header of the first record of `ciphertext`; `nil` until all of it has arrived.
    init?(_ ciphertext: ByteBuffer) {
        let start = ciphertext.readerIndex
        guard ciphertext.readableBytes >= Self.length,
            let contentType = ciphertext.getInteger(at: start, as: UInt8.self),
            let majorVersion = ciphertext.getInteger(at: start + 1, as: UInt8.self),
            let bodyLength = ciphertext.getInteger(at: start + 3, as: UInt16.self)
        else { return nil }
        self.contentType = contentType
        self.majorVersion = majorVersion
        self.bodyLength = Int(bodyLength)
    }

    var recordLength: Int { Self.length + bodyLength }

    /// Whether it can be the header of a record: change_cipher_spec, alert, handshake or application_data.
    var isPlausible: Bool { (20...23).contains(contentType) && majorVersion == 3 }
}

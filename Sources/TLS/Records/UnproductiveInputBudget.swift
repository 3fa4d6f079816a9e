/// Bounds the input of an established TLS connection that yields no plaintext: key updates, session tickets, empty
/// records, warnings; and of records with a few bytes, which cost as much.
///
/// A peer has few legitimate reasons for them: two to four tickets after a handshake, and a key update every few GiB
/// (RFC 8446 section 5.5). Records with data restore the budget, but slowly: a flood that interleaves them ends too.
struct UnproductiveInputBudget: Hashable, Sendable {
    /// The most messages without data.
    static let maximumMessages = 32
    /// The most bytes of ciphertext without data.
    static let maximumLength = 64 * 1024
    /// The number of records with data that restores one message, and the same share of the bytes.
    static let recordsPerMessage = 16
    /// Records with less data count as well: no SMTP reply is shorter, except for pieces of one.
    static let minimumDataLength = 5
    /// The number of such records that counts as one message without data.
    static let tinyRecordsPerMessage = 64

    private var messages = 0
    private var length = 0
    private var productiveRecords = 0
    private var tinyRecords = 0

    /// Counts a message that has yielded no plaintext. A key update that asks for an answer may be counted twice.
    ///
    /// - Returns: whether the connection may go on.
    mutating func spend(length spent: Int) -> Bool {
        messages += 1
        length += spent
        return messages <= Self.maximumMessages && length <= Self.maximumLength
    }

    /// Counts a record that has yielded plaintext.
    ///
    /// - Returns: whether the connection may continue.
    mutating func receive(dataLength: Int) -> Bool {
        guard dataLength < Self.minimumDataLength else {
            restore()
            return true
        }
        tinyRecords += 1
        guard tinyRecords == Self.tinyRecordsPerMessage else { return true }
        tinyRecords = 0
        return spend(length: 0)
    }

    private mutating func restore() {
        // Most connections never spend anything: nothing to count then.
        guard messages > 0 else { return }
        productiveRecords += 1
        guard productiveRecords == Self.recordsPerMessage else { return }
        productiveRecords = 0
        messages -= 1
        length = messages == 0 ? 0 : max(0, length - Self.maximumLength / Self.maximumMessages)
    }
}

package import NIOCore

/// Decides, record by record, what a TLS connection processes, so that what the peer sends is bounded before OpenSSL
/// acts on it.
///
/// OpenSSL processes whatever it can read, and answers it, until there is plaintext or no input: a flood of records
/// without plaintext would keep it busy for as long as the flood lasts. The gate passes one record at a time.
///
/// Sans I/O: it looks at headers only, in constant time for each record.
package struct RecordGate: Hashable, Sendable {
    /// What becomes of the input at hand.
    package enum Decision: Hashable, Sendable {
        /// More ciphertext is needed.
        case incomplete
        /// So many bytes may be processed, of which some may not have arrived.
        case pass(length: Int)
        /// The connection ends.
        case refuse(Refusal)
    }

    /// Why a connection ends.
    package enum Refusal: Hashable, Sendable {
        /// The input has no record header.
        case notTLS
        /// A record that is too long for a handshake.
        case handshakeRecordTooLong
        /// Too many records or bytes before the end of the handshake.
        case handshakeTooLong
        /// A handshake message behind a complete handshake of TLS 1.2 or earlier (RFC 5246 section 7.4.1.1).
        case renegotiation
        /// Too many messages without plaintext, or with next to none.
        case tooManyRecordsWithoutData
    }

    private enum Phase: Hashable, Sendable {
        case handshake(records: Int, length: Int)
        /// What isn't TLS has been passed, so that OpenSSL can say what it is.
        case foreign
        case established(allowsHandshakeRecords: Bool)
    }

    private let limits: HandshakeLimits
    private var phase = Phase.handshake(records: 0, length: 0)
    private var budget = UnproductiveInputBudget()
    /// How much of the record that was passed has not been read.
    package private(set) var remaining = 0
    /// What of that record is not accounted for.
    private var uncountedLength = 0

    init(_ limits: HandshakeLimits) {
        self.limits = limits
    }

    /// A gate for what a client sends, or a server.
    package init(isFromClient: Bool) {
        self.init(isFromClient ? .fromClient : .fromServer)
    }

    /// What is to become of `ciphertext`, whose start has not been read. Changes nothing.
    package func next(in ciphertext: ByteBuffer) -> Decision {
        guard remaining == 0 else {
            return ciphertext.readableBytes > 0 ? .pass(length: remaining) : .incomplete
        }
        if case .foreign = phase { return .refuse(.notTLS) }
        guard let header = RecordHeader(ciphertext) else { return .incomplete }
        switch phase {
        case .handshake(let records, let length):
            guard header.isPlausible else { return .pass(length: RecordHeader.length) }
            guard header.bodyLength <= limits.recordLength else { return .refuse(.handshakeRecordTooLong) }
            guard records < limits.records, length + header.recordLength <= limits.totalLength else {
                return .refuse(.handshakeTooLong)
            }
            // Half a record would cost OpenSSL a buffer for a whole one.
            return header.recordLength <= ciphertext.readableBytes ? .pass(length: header.recordLength) : .incomplete
        case .foreign:
            return .refuse(.notTLS)
        case .established(let allowsHandshakeRecords):
            guard allowsHandshakeRecords || header.contentType != RecordHeader.handshake else {
                return .refuse(.renegotiation)
            }
            return .pass(length: header.recordLength)
        }
    }

    /// Whether `ciphertext` is the first input of the connection and doesn't begin with the header of a record.
    func isPlaintext(_ ciphertext: ByteBuffer) -> Bool {
        switch phase {
        case .handshake(records: 0, length: 0): RecordHeader(ciphertext)?.isPlausible == false
        case .handshake, .foreign, .established: false
        }
    }

    /// Passes the next record of `ciphertext`, if there is one and none is passed.
    package mutating func admit(_ ciphertext: ByteBuffer) -> Decision {
        let decision = next(in: ciphertext)
        guard remaining == 0, case .pass(let length) = decision else { return decision }
        remaining = length
        uncountedLength = length
        switch phase {
        case .handshake(let records, let total):
            let isForeign = RecordHeader(ciphertext)?.isPlausible != true
            phase = isForeign ? .foreign : .handshake(records: records + 1, length: total + length)
        case .foreign, .established:
            break
        }
        return decision
    }

    /// So many bytes of the record that was passed have been read.
    package mutating func read(_ count: Int) {
        remaining -= min(count, remaining)
    }

    /// The handshake is complete.
    package mutating func handshakeCompleted(_ version: TLSVersion) {
        phase = .established(allowsHandshakeRecords: version >= .v1_3)
    }

    /// The record has yielded plaintext.
    ///
    /// - Parameter length: how many bytes.
    /// - Returns: why the connection ends, if it does.
    package mutating func processedData(length: Int) -> Refusal? {
        uncountedLength = 0
        return budget.receive(dataLength: length) ? nil : .tooManyRecordsWithoutData
    }

    /// What was read has been processed, and has yielded no plaintext.
    ///
    /// - Returns: why the connection ends, if it does.
    package mutating func processedNoData() -> Refusal? {
        // The rest of the record may hold data.
        guard remaining == 0 else { return nil }
        let length = uncountedLength
        uncountedLength = 0
        return budget.spend(length: length) ? nil : .tooManyRecordsWithoutData
    }
}

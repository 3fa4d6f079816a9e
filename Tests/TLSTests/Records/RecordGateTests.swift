import NIOCore
import Testing

@testable import TLS

@Suite struct RecordGateTests {
    private static func record(_ contentType: UInt8, length: Int, version: UInt8 = 3) -> ByteBuffer {
        var buffer = ByteBuffer(bytes: [contentType, version, 3])
        buffer.writeInteger(UInt16(length))
        buffer.writeRepeatingByte(0, count: length)
        return buffer
    }

    /// A gate behind the handshake.
    private static func established(_ version: TLSVersion) -> RecordGate {
        var gate = RecordGate(.fromServer)
        gate.handshakeCompleted(version)
        return gate
    }

    /// Passes a record without plaintext.
    private static func pass(_ record: ByteBuffer, _ gate: inout RecordGate) -> RecordGate.Refusal? {
        if case .refuse(let refusal) = gate.admit(record) { return refusal }
        gate.read(record.readableBytes)
        return gate.processedNoData()
    }

    @Test("a record of the handshake passes when it is complete", arguments: 0..<105)
    func wholeRecords(count: Int) {
        let whole = Self.record(22, length: 100)
        let gate = RecordGate(.fromClient)
        #expect(gate.next(in: whole.getSlice(at: 0, length: count) ?? ByteBuffer()) == .incomplete)
        #expect(gate.next(in: whole) == .pass(length: 105))
    }

    @Test("after the handshake a record passes as it arrives")
    func partialRecords() {
        var gate = Self.established(.v1_3)
        let whole = Self.record(23, length: 100)
        #expect(gate.admit(whole.getSlice(at: 0, length: 4) ?? ByteBuffer()) == .incomplete)
        #expect(gate.admit(whole.getSlice(at: 0, length: 5) ?? ByteBuffer()) == .pass(length: 105))
        gate.read(5)
        #expect(gate.remaining == 100)
        #expect(gate.next(in: ByteBuffer()) == .incomplete)
        #expect(gate.processedNoData() == nil)
        // Whatever it looks like, it is the rest of the record.
        #expect(gate.admit(Self.record(22, length: 200)) == .pass(length: 100))
    }

    @Test("a header that announces too much is refused at once")
    func longRecord() {
        let header = Self.record(22, length: 8 * 1024 + 1).getSlice(at: 0, length: 5) ?? ByteBuffer()
        #expect(RecordGate(.fromClient).next(in: header) == .refuse(.handshakeRecordTooLong))
        #expect(RecordGate(.fromServer).next(in: header) == .incomplete)
    }

    @Test("the records of a handshake are bounded in number and length", arguments: [(0, 65), (8000, 5)])
    func handshakeTotals(length: Int, refused: Int) {
        var gate = RecordGate(.fromClient)
        let record = Self.record(22, length: length)
        for _ in 1..<refused {
            #expect(gate.admit(record) == .pass(length: length + 5))
            gate.read(length + 5)
        }
        #expect(gate.admit(record) == .refuse(.handshakeTooLong))
    }

    @Test("OpenSSL sees no more than the header of what is not TLS", arguments: ["220 mail ESMTP", "GET / HTTP/1.1"])
    func foreign(text: String) {
        var gate = RecordGate(.fromServer)
        #expect(gate.admit(ByteBuffer(string: text)) == .pass(length: 5))
        gate.read(5)
        #expect(gate.admit(ByteBuffer(string: text)) == .refuse(.notTLS))
    }

    @Test("a handshake record after a handshake of TLS 1.2 is refused")
    func renegotiation() {
        var old = Self.established(.v1_2)
        #expect(old.admit(Self.record(22, length: 4)) == .refuse(.renegotiation))
        #expect(old.admit(Self.record(23, length: 4)) == .pass(length: 9))
        var new = Self.established(.v1_3)
        #expect(new.admit(Self.record(22, length: 4)) == .pass(length: 9))
    }

    @Test("33 records without data are too many")
    func records() {
        var gate = Self.established(.v1_3)
        for _ in 0..<32 { #expect(Self.pass(Self.record(23, length: 20), &gate) == nil) }
        #expect(Self.pass(Self.record(23, length: 20), &gate) == .tooManyRecordsWithoutData)
    }

    @Test("64 KiB of records without data are too many")
    func bytes() {
        var gate = Self.established(.v1_3)
        for _ in 0..<4 { #expect(Self.pass(Self.record(23, length: 16_000), &gate) == nil) }
        #expect(Self.pass(Self.record(23, length: 16_000), &gate) == .tooManyRecordsWithoutData)
    }

    @Test("each message of a record counts, the record's bytes once")
    func messages() {
        var gate = Self.established(.v1_3)
        let record = Self.record(23, length: 16_000)
        #expect(gate.admit(record) == .pass(length: 16_005))
        gate.read(16_005)
        for _ in 0..<32 { #expect(gate.processedNoData() == nil) }
        #expect(gate.processedNoData() == .tooManyRecordsWithoutData)
    }

    @Test("sixteen records with data restore one without", arguments: [(16, true), (15, false)])
    func restoring(dataRecords: Int, lasts: Bool) {
        var gate = Self.established(.v1_3)
        let data = Self.record(23, length: 30)
        var refusal: RecordGate.Refusal?
        for _ in 0..<10_000 where refusal == nil {
            refusal = Self.pass(Self.record(23, length: 20), &gate)
            for _ in 0..<dataRecords {
                _ = gate.admit(data)
                gate.read(data.readableBytes)
                _ = gate.processedData(length: 9)
            }
        }
        #expect((refusal == nil) == lasts)
    }

    @Test("records with a few bytes end the connection, unless longer ones come in between", arguments: [1, 4])
    func tiny(length: Int) {
        var gate = Self.established(.v1_3)
        for _ in 0..<33 * 64 - 1 { #expect(gate.processedData(length: length) == nil) }
        #expect(gate.processedData(length: length) == .tooManyRecordsWithoutData)
        // Replies whose line ends come in records of their own.
        gate = Self.established(.v1_3)
        for _ in 0..<100_000 {
            #expect(gate.processedData(length: 6) == nil)
            #expect(gate.processedData(length: 2) == nil)
        }
    }

    @Test("data saves nothing up")
    func noCredit() {
        var gate = Self.established(.v1_3)
        for _ in 0..<10_000 { #expect(gate.processedData(length: 9) == nil) }
        for _ in 0..<32 { #expect(Self.pass(Self.record(23, length: 20), &gate) == nil) }
        #expect(Self.pass(Self.record(23, length: 20), &gate) == .tooManyRecordsWithoutData)
    }
}

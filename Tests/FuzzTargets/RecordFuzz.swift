import NIOCore
import TLS

/// The gate of TLS records: what it passes doesn't depend on how the bytes come, is bounded while there is no data, and
/// costs a step for each record.
enum RecordFuzz {
    /// The first byte says who sends, which version is agreed on and after how many records.
    static func run(_ octets: [UInt8]) throws(FuzzFailure) {
        guard let first = octets.first else { return }
        let rest = Array(octets.dropFirst())
        let whole = try drive([rest], first)
        for pieces in Split.all(rest) where try drive(pieces, first) != whole {
            throw FuzzFailure("in \(pieces.count) pieces other records pass")
        }
    }

    private struct Trace: Equatable {
        /// The lengths of the records.
        var passed: [Int] = []
        var refusal: RecordGate.Refusal?
    }

    private static func drive(_ pieces: [[UInt8]], _ first: UInt8) throws(FuzzFailure) -> Trace {
        var gate = RecordGate(isFromClient: first & 1 == 0)
        let version: TLSVersion = first & 2 == 0 ? .v1_2 : .v1_3
        var recordsBeforeEnd = Int(first >> 2) % 8
        var trace = Trace()
        var ciphertext = ByteBuffer()
        var isComplete = false
        var steps = 0
        var withoutData = 0
        for piece in pieces {
            ciphertext.writeBytes(piece)
            while trace.refusal == nil {
                steps += 1
                let isNew = gate.remaining == 0
                let decision = gate.next(in: ciphertext)
                guard gate.admit(ciphertext) == decision else { throw FuzzFailure("what is said isn't what is done") }
                switch decision {
                case .incomplete: break
                case .refuse(let refusal): trace.refusal = refusal
                case .pass(let length):
                    if isNew { trace.passed.append(length) }
                    guard isComplete || length <= ciphertext.readableBytes else {
                        throw FuzzFailure("half a record of the handshake")
                    }
                    let count = min(length, ciphertext.readableBytes)
                    ciphertext.moveReaderIndex(forwardBy: count)
                    gate.read(count)
                    guard count == length else { break }
                    if !isComplete {
                        isComplete = recordsBeforeEnd == 0
                        recordsBeforeEnd -= 1
                        if isComplete { gate.handshakeCompleted(version) }
                    } else if trace.passed.last.map({ $0 % 3 == 0 }) ?? false {
                        trace.refusal = gate.processedData(length: length)
                        withoutData = 0
                    } else {
                        trace.refusal = gate.processedNoData()
                        withoutData += 1
                    }
                    continue
                }
                break
            }
        }
        guard withoutData <= 33 else { throw FuzzFailure("\(withoutData) records without data") }
        let longest = trace.passed.count + 2 * pieces.count + 2
        guard steps <= longest, trace.passed.count <= pieces.joined().count / 5 else {
            throw FuzzFailure("\(steps) steps for \(trace.passed.count) records in \(pieces.count) pieces")
        }
        return trace
    }
}

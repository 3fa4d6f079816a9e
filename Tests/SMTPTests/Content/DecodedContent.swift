import NIOCore

@testable import SMTP

/// What ``ContentDecoder`` makes of a message that arrives in stretches.
struct DecodedContent: Equatable {
    var output: [UInt8] = []
    var refusal: ContentRefusal?
    var progress = ContentDecoder.Progress.more
    var size = 0
    /// What the decoder didn't take: the commands behind the message, or what can't be decided yet.
    var rest: [UInt8] = []

    init(
        _ stretches: [[UInt8]],
        discipline: LineDiscipline,
        lineLimit: Int = 0,
        sizeLimit: Int = 0
    ) {
        var decoder = ContentDecoder(discipline: discipline, lineLimit: lineLimit, sizeLimit: sizeLimit)
        var input = ByteBuffer()
        for stretch in stretches {
            input.writeBytes(stretch)
            guard progress == .more else { continue }
            var piece: ByteBuffer?
            progress = decoder.decode(&input, output: &piece)
            output += piece.map { Array($0.readableBytesView) } ?? []
        }
        refusal = decoder.refusal
        size = decoder.size
        rest = Array(input.readableBytesView)
    }
}

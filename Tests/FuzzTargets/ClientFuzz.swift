import NIOCore
import SMTP

/// The client's side of SMTP, before a mail server that says anything: what it makes of the server's words doesn't depend
/// on how they come, costs a bounded number of looks at each byte, and shows no credential.
enum ClientFuzz {
    /// For each reply: the parser looks twice, the reader of EHLO once, and the search for credentials once for samples and
    /// once for each of its at most seven texts.
    private static let maxStepsPerByte = 2 + 1 + 1 + 7
    private static let password = "tr0ub4dor-and-3"

    static func run(_ octets: [UInt8]) throws(FuzzFailure) {
        for isPlaintext in [false, true] {
            let whole = try drive([octets], isPlaintext: isPlaintext)
            for pieces in Split.all(octets) where try drive(pieces, isPlaintext: isPlaintext) != whole {
                throw FuzzFailure("in \(pieces.count) pieces something else is said or sent")
            }
            if isPlaintext, !whole.sent.isEmpty || !whole.replies.isEmpty {
                throw FuzzFailure("something is sent or believed in plain text")
            }
        }
    }

    /// What the server hears, and what is told of it.
    private struct Trace: Equatable {
        var sent: [UInt8] = []
        var replies: [Reply] = []
        var failure: ClientFailure?
    }

    /// - Parameter isPlaintext: whether the server says it before TLS.
    private static func drive(_ pieces: [[UInt8]], isPlaintext: Bool) throws(FuzzFailure) -> Trace {
        let credentials = SASLCredentials.password(user: "u", password: password)
        var machine = ClientMachine(.init(name: "relay", host: "mail", port: 465, credentials: credentials))
        var trace = Trace()
        for piece in pieces {
            if isPlaintext {
                machine.receivePlaintext(ByteBuffer(bytes: piece))
            } else {
                machine.receive(ByteBuffer(bytes: piece))
            }
            try perform(&machine, &trace)
        }
        let count = pieces.reduce(0) { $0 + $1.count }
        if machine.steps > maxStepsPerByte * count {
            throw FuzzFailure("\(machine.steps) steps for \(count) bytes")
        }
        return trace
    }

    private static func perform(_ machine: inout ClientMachine, _ trace: inout Trace) throws(FuzzFailure) {
        guard case .mail(let address) = Command.read("MAIL FROM:<a@b>") else { return }
        while let action = machine.nextAction() {
            switch action {
            case .write(let bytes): trace.sent += bytes.readableBytesView
            case .established(let capabilities):
                let mechanisms = capabilities.authenticationMechanisms
                if Set(mechanisms).count != mechanisms.count { throw FuzzFailure("a mechanism twice") }
                machine.mail(address)
                machine.recipient(address)
            case .replied(let expectation, let reply):
                try check(reply)
                trace.replies.append(reply)
                switch expectation {
                case .recipient: machine.data()
                case .data where reply.code == 354: machine.endOfData()
                case .data, .endOfData: machine.reset()
                case .reset: machine.quit()
                case .greeting, .ehlo, .authentication, .mail, .quit: break
                }
            case .fail(let failure):
                switch failure {
                case .greetingRefused(let reply), .refused(let reply), .loginRefused(_, let reply),
                    .loginDeferred(_, let reply), .unexpectedReply(let reply), .greetedWithoutTLS(let reply):
                    try check(reply)
                case .noMechanism, .malformed, .notTLS: break
                }
                trace.failure = failure
            case .close: break
            }
        }
    }

    private static func check(_ reply: Reply) throws(FuzzFailure) {
        for line in reply.lines {
            let text = String(decoding: line, as: UTF8.self).lowercased()
            if text.contains(password) || text.contains("dhiwdwi0zg9ylwfuzc0z") { throw FuzzFailure("a credential") }
        }
    }
}

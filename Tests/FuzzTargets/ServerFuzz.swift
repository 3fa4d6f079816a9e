import NIOCore
import SMTP

/// The server's side of SMTP, before a mail server that takes everything: what goes there doesn't depend on how the
/// application's octets come, and is always what one message is.
enum ServerFuzz {
    static func run(_ octets: [UInt8]) throws(FuzzFailure) {
        let whole = try drive([octets])
        guard whole.messages <= ends(of: octets) else { throw FuzzFailure("a message has no end in the input") }
        for pieces in Split.all(octets) {
            let split = try drive(pieces)
            guard
                split == whole || split.wasCutShort && whole.upstream.starts(with: split.upstream)
                    || whole.wasCutShort && split.upstream.starts(with: whole.upstream)
            else { throw FuzzFailure("in \(pieces.count) pieces something else is said or sent") }
        }
    }

    /// How many lines hold a dot alone and end with CRLF or LF: nothing else ends a message.
    private static func ends(of octets: [UInt8]) -> Int {
        octets.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().count { line in
            line.elementsEqual(".".utf8) || line.elementsEqual(".\r".utf8)
        }
    }

    /// What the application hears, and the mail server.
    private struct Trace: Equatable {
        var replies: [UInt8] = []
        var upstream: [UInt8] = []
        var messages = 0

        /// Whether the connection was closed since text followed a DATA that was refused. What begins with a command is
        /// taken for one if it comes later.
        var wasCutShort: Bool { String(decoding: replies, as: UTF8.self).contains("421 4.5.0 ") }
    }

    private static let capabilities: Capabilities = {
        let lines = ["x", "PIPELINING", "SIZE 100000", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES"]
        return Capabilities(ehlo: Reply(code: 250, lines: lines.map { Array($0.utf8) }))
    }()

    private static func drive(_ pieces: [[UInt8]]) throws(FuzzFailure) -> Trace {
        var machine = ServerMachine(ServerProfile(name: "relay", greeting: "ready"))
        var trace = Trace()
        var content: [UInt8]?
        machine.connected()
        try perform(&machine, &trace, &content)
        for piece in pieces {
            guard machine.wantsInput else { break }
            machine.receive(ByteBuffer(bytes: piece))
            try perform(&machine, &trace, &content)
        }
        machine.inputEnded()
        try perform(&machine, &trace, &content)
        return trace
    }

    private static func perform(
        _ machine: inout ServerMachine,
        _ trace: inout Trace,
        _ content: inout [UInt8]?
    ) throws(FuzzFailure) {
        while let action = machine.nextAction() {
            switch action {
            case .reply(let octets): trace.replies += octets.readableBytesView
            case .learnCapabilities: machine.learned(capabilities)
            case .borrow: machine.borrowed(capabilities, isReused: false)
            case .mail(let address):
                trace.upstream += "MAIL \(address.path.mailbox)\r\n".utf8
                machine.replied(.mail, Reply(250, "2.1.0 ok"))
            case .recipient(let address):
                trace.upstream += "RCPT \(address.path.mailbox)\r\n".utf8
                machine.replied(.recipient, Reply(250, "2.1.5 ok"))
            case .data:
                content = []
                machine.replied(.data, Reply(354, "go on"))
            case .content(let octets): content?.append(contentsOf: octets.readableBytesView)
            case .endOfData:
                guard let message = content else { throw FuzzFailure("a final dot without DATA") }
                try check(message)
                trace.upstream += message + ".\r\n".utf8
                trace.messages += 1
                content = nil
                machine.replied(.endOfData, Reply(250, "2.0.0 taken"))
            case .reset: machine.replied(.reset, Reply(250, "2.0.0 ok"))
            case .giveBack, .stopBorrowing, .finished, .recipientRefused, .throttled, .foreignProtocol: break
            // Octets may have gone by then or not: it is no message.
            case .cut: content = nil
            case .close, .abort: return
            }
        }
    }

    /// Only CRLF ends a line, and no line is a dot (RFC 5321 §2.3.8, §4.5.2): nothing in it ends the data.
    private static func check(_ message: [UInt8]) throws(FuzzFailure) {
        if !message.isEmpty, message.suffix(2) != [0x0D, 0x0A] { throw FuzzFailure("the last line has no end") }
        var line: [UInt8] = []
        var wasReturn = false
        for octet in message {
            if wasReturn != (octet == 0x0A) { throw FuzzFailure("a bare CR or LF") }
            wasReturn = octet == 0x0D
            if octet == 0 { throw FuzzFailure("a NUL") }
            if octet == 0x0A {
                if line == [UInt8(ascii: ".")] { throw FuzzFailure("a line that ends the data") }
                line = []
            } else if octet != 0x0D {
                line.append(octet)
            }
        }
    }
}

import Glibc

/// A connection on which a test types SMTP itself.
final class SMTPSession {
    private let descriptor: Int32
    private var received: [UInt8] = []

    enum Failure: Error {
        case refused(port: Int)
        case closed
    }

    /// Connects to a port on 127.0.0.1. The greeting is not read.
    init(port: Int) throws {
        self.descriptor = LoopbackSocket.make()
        guard LoopbackSocket.withAddress(port: port, { connect(self.descriptor, $0, $1) }) == 0 else {
            close(self.descriptor)
            throw Failure.refused(port: port)
        }
        // What is sent in pieces is to arrive in pieces.
        var yes: Int32 = 1
        setsockopt(self.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(self.descriptor) }

    /// Sends text as it is.
    func send(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure.closed }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Sends the same again and again until nothing more fits in anywhere: nobody reads what comes back.
    func flood(_ text: String) {
        let bytes = Array(repeating: Array(text.utf8), count: 1000).flatMap(\.self)
        while Glibc.send(self.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) > 0 {}
    }

    /// Says that nothing more will be sent.
    func endInput() { shutdown(self.descriptor, Int32(SHUT_WR)) }

    /// Sends a command and reads its reply.
    func command(_ line: String) async throws -> String {
        try self.send(line + "\r\n")
        return try await self.reply()
    }

    /// The next reply, all its lines, without the last line end.
    ///
    /// - Throws: `Failure.closed` when the server closes the connection instead.
    func reply() async throws -> String {
        var lines: [String] = []
        while true {
            let line = try await eventually("a reply after \(lines)") { try self.nextLine() }
            lines.append(line)
            // RFC 5321 §4.2.1: a hyphen after the code announces another line.
            if line.dropFirst(3).first != "-" { return lines.joined(separator: "\n") }
        }
    }

    /// Returns once the server has closed the connection; what it still sends is dropped.
    func waitUntilClosed() async throws {
        try await eventually("the server to close the connection") { () -> Void? in
            do {
                try self.receive()
                return nil
            } catch Failure.closed {
                return ()
            }
        }
    }

    private func nextLine() throws -> String? {
        if !self.received.contains(UInt8(ascii: "\n")) { try self.receive() }
        guard let end = self.received.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = self.received[..<end].filter { $0 != UInt8(ascii: "\r") }
        self.received.removeSubrange(...end)
        return String(decoding: line, as: UTF8.self)
    }

    private func receive() throws {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(self.descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count > 0 {
            self.received += buffer[..<count]
        } else if count == 0 || errno != EAGAIN {
            throw Failure.closed
        }
    }
}

extension SMTPSession {
    /// Connects, reads the greeting and gives MAIL and RCPT: the first reply that isn't 250, or the last.
    ///
    /// The relay may answer MAIL itself and ask the server only with the first RCPT, so a refusal may come at either.
    static func envelopeReply(port: Int, sender: String, recipient: String) async throws -> String {
        let session = try SMTPSession(port: port)
        _ = try await session.reply()
        let reply = try await session.command("MAIL FROM:<\(sender)>")
        guard reply.hasPrefix("250") else { return reply }
        return try await session.command("RCPT TO:<\(recipient)>")
    }
}

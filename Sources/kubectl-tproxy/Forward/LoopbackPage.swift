import NIOCore

/// A page that a server has in plain HTTP, reached by a port of the loopback.
struct LoopbackPage: Hashable, Sendable {
    /// The longest page that is read, in octets, its head counted in.
    static let longest = 64 << 20
    private static let longestHead = 64 << 10

    let status: Int
    let body: [UInt8]

    /// Reads a page.
    ///
    /// - Parameters:
    ///   - path: It begins with a slash.
    /// - Throws: `KubectlError` unless there is one.
    static func get(
        port: Int,
        path: String,
        within limit: Duration = .seconds(10)
    ) async throws(KubectlError) -> [UInt8] {
        let answer: [UInt8]
        do {
            answer = try await LoopbackConnection.use(port: port, within: limit) { connection in
                // HTTP/1.0: the server closes the connection behind the page, which has no chunks then.
                let request = "GET \(path) HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                try await connection.write(ByteBuffer(string: request))
                return try await all(from: &connection)
            }
        } catch let error as KubectlError {
            throw error
        } catch LoopbackConnection.Failure.timeout {
            throw KubectlError(.timeout, "the page \(path) didn't come within \(limit)")
        } catch {
            throw KubectlError(.unreachable, "the page \(path) can't be read: the pod closed the connection")
        }
        guard let page = LoopbackPage(answer) else {
            throw KubectlError(.other, "the page \(path) can't be read: what answers doesn't speak HTTP")
        }
        guard page.status == 200 else { throw KubectlError(.other, "the page \(path) has the status \(page.status)") }
        return page.body
    }

    /// Reads an answer of HTTP.
    ///
    /// - Returns: `nil` for anything else, and for a page that has broken off.
    init?(_ answer: [UInt8]) {
        let end = Array("\r\n\r\n".utf8)
        let head = answer.prefix(Self.longestHead)
        guard let start = head.firstRange(of: end)?.upperBound else { return nil }
        let lines = String(decoding: answer[..<start], as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]), (100...599).contains(status)
        else { return nil }
        let length = lines.dropFirst().lazy.compactMap { line -> Int? in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
            return Int(parts[1].drop { $0 == " " })
        }.first
        let body = Array(answer[start...])
        guard length == nil || length == body.count else { return nil }
        (self.status, self.body) = (status, body)
    }

    /// Everything until the connection is closed.
    private static func all(from connection: inout LoopbackConnection) async throws -> [UInt8] {
        var answer: [UInt8] = []
        while true {
            do {
                let bytes = try await connection.read()
                answer += bytes.readableBytesView
            } catch LoopbackConnection.Failure.closed {
                return answer
            }
            guard answer.count <= longest else {
                throw KubectlError(.other, "the page has more than \(longest >> 20) MiB")
            }
        }
    }
}

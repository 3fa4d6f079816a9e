import Glibc

/// A pair of sockets whose other end nobody but this process holds: who reads it sees its end when this process does, however
/// that comes about.
final class Lifeline: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    struct Failure: Error {
        let code: Int32
    }

    init() throws {
        var ends: [Int32] = [0, 0]
        // Programs that tests start meanwhile must not hold the other end too.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Failure(code: errno) }
        (self.readEnd, self.writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(self.readEnd)
        close(self.writeEnd)
    }
}

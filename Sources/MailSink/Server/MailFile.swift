#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One message in one file. Blocks: not for event loops.
enum MailFile {
    /// Nothing of the name comes from the client.
    static func name(of mail: ReceivedMail) -> String {
        "mail-\(mail.id).eml"
    }

    /// Writes a new file; one that exists is not touched.
    static func store(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SinkError.notStored(path, errno: errno) }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = errno
                unlink(path)
                throw SinkError.notStored(path, errno: code)
            }
            rest = rest.dropFirst(count)
        }
    }
}

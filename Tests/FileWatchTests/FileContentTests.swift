import FileWatch
import Glibc
import Testing

@Suite("Files that change")
struct FileContentTests {
    private let directory: String

    init() throws {
        var template = Array("/tmp/tproxy-file-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func write(_ text: String, to name: String) throws -> String {
        let path = "\(directory)/\(name)"
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
        return path
    }

    /// Sets the time of the last change of content; that of the node itself can't be set.
    private func touch(_ path: String, seconds: Int) {
        let times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        utimensat(AT_FDCWD, path, times, 0)
    }

    @Test("What was written is read")
    func reads() throws {
        let path = try write("hello", to: "a")
        #expect(try FileContent.read(path, limit: 5).octets == Array("hello".utf8))
    }

    @Test("A file that was written a moment ago has no fingerprint yet")
    func freshFile() throws {
        let path = try write("hello", to: "a")
        #expect(try FileContent.read(path, limit: 10).fingerprint == nil)
        #expect(FileFingerprint(path: path)?.isSettled == false)
    }

    @Test("Another content is another fingerprint, also through a link that is exchanged")
    func fingerprints() throws {
        let first = try write("hello", to: "a")
        let second = try write("hello", to: "b")
        #expect(FileFingerprint(path: first) == FileFingerprint(path: first))
        #expect(FileFingerprint(path: first) != FileFingerprint(path: second))
        let link = "\(directory)/link"
        #expect(symlink("a", link) == 0)
        #expect(FileFingerprint(path: link) == FileFingerprint(path: first))
        #expect(symlink("b", "\(directory)/next") == 0)
        #expect(rename("\(directory)/next", link) == 0)
        #expect(FileFingerprint(path: link) == FileFingerprint(path: second))
        let before = FileFingerprint(path: first)
        touch(first, seconds: 1000)
        #expect(FileFingerprint(path: first) != before)
    }

    @Test("What can't be read is named")
    func faults() throws {
        let large = try write("hello", to: "large")
        let fifo = "\(directory)/fifo"
        #expect(mkfifo(fifo, 0o600) == 0)
        let cases: [(path: String, code: FileError.Code)] = [
            ("\(directory)/none", .missing), (large, .tooLarge), (directory, .notRegular), (fifo, .notRegular),
            ("\(large)/below", .unreadable),
        ]
        for (path, code) in cases {
            let error = #expect(throws: FileError.self, "\(path)") { try FileContent.read(path, limit: 4) }
            #expect(error?.code == code, "\(path)")
        }
        #expect(FileFingerprint(path: "\(directory)/none") == nil)
    }
}

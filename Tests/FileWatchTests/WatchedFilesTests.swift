import FileWatch
import Foundation
import TestSupport
import Testing

@Suite("Watching files")
struct WatchedFilesTests {
    @Test("A change is told once, when it is complete; so is an exchanged folder of a mounted Secret")
    func changes() async throws {
        let manager = FileManager.default
        let directory = manager.temporaryDirectory.appending(path: "tproxy-\(UUID().uuidString)")
        defer { try? manager.removeItem(at: directory) }
        let certificate = directory.appending(path: "tls.crt").path
        let key = directory.appending(path: "tls.key").path
        for name in ["first", "second"] {
            try manager.createDirectory(at: directory.appending(path: name), withIntermediateDirectories: true)
            try Data(name.utf8).write(to: directory.appending(path: "\(name)/tls.crt"))
        }
        let data = directory.appending(path: "..data")
        try manager.createSymbolicLink(atPath: data.path, withDestinationPath: "first")
        try manager.createSymbolicLink(atPath: certificate, withDestinationPath: "..data/tls.crt")
        var watched = WatchedFiles([certificate, key])
        func haveChanged() -> Bool { watched.haveChanged() }
        #expect(!haveChanged())

        try manager.createSymbolicLink(atPath: data.path + "_tmp", withDestinationPath: "second")
        #expect(rename(data.path + "_tmp", data.path) == 0)
        try await eventually("the exchanged folder is noticed") { haveChanged() }
        #expect(!haveChanged())

        try Data("key".utf8).write(to: URL(filePath: key))
        // It was written a moment ago: more may follow.
        try await eventually("the new file is noticed") { haveChanged() }
        #expect(!haveChanged())
        try manager.removeItem(atPath: key)
        #expect(haveChanged())
        #expect(!haveChanged())
    }
}

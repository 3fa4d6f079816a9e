import Foundation
import TestSupport
import Testing

@testable import Admission

@Suite("Watching files")
struct WatchedFilesTests {
    @Test("A change is told once, when it is complete; so is an exchanged folder of a mounted Secret")
    func changes() async throws {
        let files = try CertificateFiles()
        defer { files.remove() }
        let manager = FileManager.default
        for name in ["first", "second"] {
            try manager.createDirectory(at: files.directory.appending(path: name), withIntermediateDirectories: true)
            try Data(name.utf8).write(to: files.directory.appending(path: "\(name)/tls.crt"))
        }
        let data = files.directory.appending(path: "..data")
        try manager.createSymbolicLink(atPath: data.path, withDestinationPath: "first")
        try manager.createSymbolicLink(atPath: files.certificate, withDestinationPath: "..data/tls.crt")
        var watched = WatchedFiles([files.certificate, files.key])
        func haveChanged() -> Bool { watched.haveChanged() }
        #expect(!haveChanged())

        try manager.createSymbolicLink(atPath: data.path + "_tmp", withDestinationPath: "second")
        #expect(rename(data.path + "_tmp", data.path) == 0)
        try await eventually("the exchanged folder is noticed") { haveChanged() }
        #expect(!haveChanged())

        try Data("key".utf8).write(to: URL(filePath: files.key))
        // It was written a moment ago: more may follow.
        try await eventually("the new file is noticed") { haveChanged() }
        #expect(!haveChanged())
        try manager.removeItem(atPath: files.key)
        #expect(haveChanged())
        #expect(!haveChanged())
    }
}

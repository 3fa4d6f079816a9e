import FoundationEssentials
import Glibc
import Kubernetes
import ObjectModel

/// What the kubelet does for a pod: a Secret as a folder of files, brought up to date some time after a change, all
/// files in one step, by a symbolic link to the folder that holds them.
final class MountedSecret: Sendable {
    private let directory: TemporaryDirectory
    private let task: Task<Void, Never>

    /// Waits until the Secret is there, as a pod does.
    ///
    /// - Parameter delay: how much later than the Secret the files change.
    init(_ secret: String, of site: CertificateSite, delay: Duration) async throws {
        let directory = try TemporaryDirectory()
        let data = try await eventually("the Secret \(secret)", within: .seconds(60)) {
            let data = try await site.data(secret)
            return data.isEmpty ? nil : data
        }
        try Self.write(data, version: 0, to: directory)
        self.directory = directory
        self.task = Task {
            var (written, version) = (data, 1)
            while !Task.isCancelled {
                if let data = try? await site.data(secret), !data.isEmpty, data != written {
                    try? await Task.sleep(for: delay)
                    try? Self.write(data, version: version, to: directory)
                    (written, version) = (data, version + 1)
                }
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    func path(_ key: String) -> String { self.directory.path("current/\(key)") }

    func stop() async {
        self.task.cancel()
        await self.task.value
    }

    private static func write(_ data: [String: [UInt8]], version: Int, to directory: TemporaryDirectory) throws {
        let folder = "version-\(version)"
        try directory.makeDirectory(folder)
        for (key, value) in data {
            try Data(value).write(to: URL(filePath: directory.path("\(folder)/\(key)")))
        }
        try? FileManager.default.removeItem(atPath: directory.path("new"))
        try FileManager.default.createSymbolicLink(atPath: directory.path("new"), withDestinationPath: folder)
        // Renaming replaces what is there in one step; `FileManager` can't.
        guard rename(directory.path("new"), directory.path("current")) == 0 else { throw CannotRename() }
    }

    struct CannotRename: Error {}
}

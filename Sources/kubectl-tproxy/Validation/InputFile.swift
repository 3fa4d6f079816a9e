import FoundationEssentials
import Glibc

/// A file that is to be checked, read or not.
struct InputFile: Sendable {
    /// As it is shown.
    let name: String
    let content: Result<[UInt8], Fault>

    /// Why a file can't be read.
    struct Fault: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    /// Resources with more than that aren't stored by any API server.
    private static let maximumLength = 64 << 20
    private static let endings = ["yaml", "yml", "json"]

    /// The files that a name means: itself, those of the folder, or standard input.
    static func all(_ name: String) -> [InputFile] {
        if name == "-" { return [InputFile(name: "standard input", content: read(STDIN_FILENO))] }
        var isFolder = false
        guard FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) else {
            return [InputFile(name: name, content: .failure(Fault(description: "there is no such file")))]
        }
        guard isFolder else { return [InputFile(name: name, content: read(name))] }
        let entries = (try? FileManager.default.subpathsOfDirectory(atPath: name)) ?? []
        let files = entries.filter { entry in endings.contains { entry.hasSuffix(".\($0)") } }.sorted()
        guard !files.isEmpty else {
            let fault = Fault(description: "the folder has no files named *.yaml, *.yml or *.json")
            return [InputFile(name: name, content: .failure(fault))]
        }
        let folder = name.hasSuffix("/") ? name : name + "/"
        return files.map { InputFile(name: folder + $0, content: read(folder + $0)) }
    }

    private static func read(_ path: String) -> Result<[UInt8], Fault> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(Fault(description: "it can't be read")) }
        defer { close(descriptor) }
        return read(descriptor)
    }

    private static func read(_ descriptor: Int32) -> Result<[UInt8], Fault> {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(Fault(description: "it can't be read")) }
            guard count > 0 else { return .success(octets) }
            octets += buffer[..<count]
            guard octets.count <= maximumLength else { return .failure(Fault(description: "it is larger than 64 MiB")) }
        }
    }
}

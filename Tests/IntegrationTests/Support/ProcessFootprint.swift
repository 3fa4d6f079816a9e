import FoundationEssentials

/// What a process takes of the machine, as Linux tells it (proc(5)).
struct ProcessFootprint: Sendable {
    /// Resident memory, in octets.
    let memory: Int
    /// How many files and sockets it has open.
    let descriptors: Int

    struct Gone: Error {}

    init(of process: ChildProcess) throws {
        let folder = "/proc/\(process.processID)"
        guard let status = FileManager.default.contents(atPath: "\(folder)/status"),
            let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first(where: {
                $0.hasPrefix("VmRSS:")
            }),
            let kibibytes = Int(line.filter(\.isNumber)),
            let files = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/fd")
        else { throw Gone() }
        memory = kibibytes << 10
        descriptors = files.count
    }
}

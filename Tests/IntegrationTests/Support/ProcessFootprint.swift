import FoundationEssentials
import Glibc

/// What a process takes of the machine, as Linux tells it (proc(5)).
struct ProcessFootprint: Sendable {
    /// Resident memory, in bytes.
    let memory: Int
    /// The CPU time of all its threads so far.
    let cpuTime: Duration
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
        guard let statistics = FileManager.default.contents(atPath: "\(folder)/stat") else { throw Gone() }
        // The name, which may hold anything, ends at the last parenthesis; then state is field 3.
        let fields = String(decoding: statistics, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { throw Gone() }
        cpuTime = .milliseconds(1000 * (user + system) / sysconf(Int32(_SC_CLK_TCK)))
        memory = kibibytes << 10
        descriptors = files.count
    }
}

import Glibc

/// A control group that bounds the memory of the processes in it, as a container's limit does. It goes away with the last
/// reference to it; its processes must have ended by then.
final class MemoryCgroup: Sendable {
    /// The two versions' files for the same things.
    private enum Hierarchy {
        case v1, v2

        var root: String { self == .v1 ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup" }
        var limit: String { self == .v1 ? "memory.limit_in_bytes" : "memory.max" }
        var events: String { self == .v1 ? "memory.oom_control" : "memory.events" }
    }

    /// No group can be made here: it takes root and a writable hierarchy.
    struct Unavailable: Error {}

    /// Whether groups can be made here.
    static let isAvailable = (try? MemoryCgroup(limit: 1 << 30)) != nil

    private let hierarchy: Hierarchy
    private let path: String

    /// Makes a group.
    ///
    /// - Parameter limit: In bytes.
    init(limit: Int) throws {
        guard
            let hierarchy = [Hierarchy.v1, .v2].first(where: { access("\($0.root)/\($0.limit)", F_OK) == 0 })
                ?? (access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0 ? .v2 : nil)
        else { throw Unavailable() }
        self.hierarchy = hierarchy
        self.path = "\(hierarchy.root)/tproxy-test-\(UInt64.random(in: .min ... .max))"
        guard mkdir(self.path, 0o755) == 0 else { throw Unavailable() }
        guard self.write("\(limit)", to: hierarchy.limit) else {
            rmdir(self.path)
            throw Unavailable()
        }
    }

    deinit { rmdir(self.path) }

    /// What a command begins with that is to run in the group.
    var wrapper: [String] { ["/bin/sh", "-c", "echo $$ > \(self.path)/cgroup.procs && exec \"$@\"", "sh"] }

    /// How many processes the kernel has killed for want of memory.
    var kills: Int {
        let lines = (self.read(self.hierarchy.events) ?? "").split(separator: "\n")
        let line = lines.first { $0.hasPrefix("oom_kill ") }
        return line.flatMap { Int($0.dropFirst("oom_kill ".count)) } ?? 0
    }

    private func write(_ text: String, to name: String) -> Bool {
        guard let file = fopen("\(self.path)/\(name)", "w") else { return false }
        let isWritten = fputs(text, file) >= 0
        return fclose(file) == 0 && isWritten
    }

    private func read(_ name: String) -> String? {
        guard let file = fopen("\(self.path)/\(name)", "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

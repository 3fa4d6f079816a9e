/// What one line of `/proc/<pid>/stat` says, see proc(5).
struct ProcessStatus: Hashable {
    /// Time spent in user and kernel mode, in clock ticks.
    let processorTicks: UInt64
    /// When the process started, in clock ticks since the machine did.
    let startTicks: UInt64
    let residentPages: UInt64

    /// - Returns: `nil` if the line isn't one of those.
    init?(statLine: String) {
        // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
        guard let end = statLine.lastIndex(of: ")") else { return nil }
        let fields = statLine[end...].split(separator: " ").dropFirst()
        // proc(5) counts from 1, and two fields are gone.
        func field(_ number: Int) -> UInt64? {
            let index = fields.startIndex + number - 3
            return index < fields.endIndex ? UInt64(fields[index]) : nil
        }
        guard let user = field(14), let system = field(15), let start = field(22), let pages = field(24) else {
            return nil
        }
        self.processorTicks = user &+ system
        self.startTicks = start
        self.residentPages = pages
    }
}

/// Why a demo can't go on, for a person to read.
struct DemoProblem: Error, CustomStringConvertible {
    var description: String
    var exitCode: Int32

    init(_ description: String, exitCode: Int32 = 1) {
        self.description = description
        self.exitCode = exitCode
    }

    static func noRelay(_ path: String) -> DemoProblem {
        DemoProblem("There is no relay at \(path). Build it, or name it with --relay PATH.")
    }

    /// - Parameter isQuiet: whether the relay's own messages were kept back.
    static func relayEnded(_ exitCode: Int32, isQuiet: Bool) -> DemoProblem {
        let why = isQuiet ? "--show-relay shows its own messages." : "its own messages above say why."
        return DemoProblem(
            "The relay has ended by itself with exit code \(exitCode); \(why)",
            exitCode: exitCode == 0 ? 1 : exitCode
        )
    }

    static func timedOut(_ seconds: Int, waitingFor what: String) -> DemoProblem {
        DemoProblem("\(what) did not happen within \(seconds) seconds; --time-limit allows more.", exitCode: 124)
    }
}

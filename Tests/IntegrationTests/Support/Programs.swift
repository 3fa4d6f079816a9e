import FoundationEssentials

/// The project's own programs.
enum Programs {
    /// The path of a program: beside the test bundle, where every build puts it.
    static func path(_ name: String) -> String {
        let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return (bundle.map { $0.split(separator: "/").dropLast() } ?? []).map { "/" + $0 }.joined() + "/" + name
    }
}

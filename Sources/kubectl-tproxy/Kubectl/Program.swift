import Glibc

/// Where programs are.
enum Program {
    /// The first file of this name in the folders of `PATH` that may be run. Whoever starts a program by its name tries
    /// each folder with a process of its own, which costs a millisecond for each.
    static func path(_ name: String, in folders: String) -> String? {
        folders.split(separator: ":", omittingEmptySubsequences: true).lazy.map { "\($0)/\(name)" }.first(
            where: isProgram
        )
    }

    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return access(path, X_OK) == 0
    }
}

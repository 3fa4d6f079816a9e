internal import FoundationEssentials

/// The files of the repository, wherever it lies.
public enum Repository {
    /// The path of a file, from its path inside the repository.
    public static func path(_ relative: String) -> String {
        #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/" + relative
    }

    /// A file's text.
    public static func text(_ relative: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path(relative))), as: UTF8.self)
    }

    /// Compares a file that is made of the code with what the code makes, or writes it where the environment says
    /// `TPROXY_WRITE_DOCS=1`.
    ///
    /// - Returns: Whether the file is as it should be.
    public static func holds(_ text: String, in relative: String) throws -> Bool {
        if ProcessInfo.processInfo.environment["TPROXY_WRITE_DOCS"] == "1" {
            try Data(text.utf8).write(to: URL(filePath: path(relative)))
        }
        return try Repository.text(relative) == text
    }
}

extension Repository {
    /// The files below a folder, sorted, as paths inside the repository.
    public static func files(below relative: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path(relative)).map { "\(relative)/\($0)" }
            .filter { file in
                var isFolder = false
                return FileManager.default.fileExists(atPath: path(file), isDirectory: &isFolder) && !isFolder
            }.sorted()
    }
}

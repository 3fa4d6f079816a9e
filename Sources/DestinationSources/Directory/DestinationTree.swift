internal import FileWatch
internal import Glibc

/// The folders and files that a destination directory holds, without their content.
///
/// `<directory>/<instance>/<destination>.json` and `<directory>/<instance>/<tenant>/<destination>.json`. Symbolic links
/// are followed, as Kubernetes mounts Secrets with them; names that begin with a dot (its `..data`, editors' files) are
/// passed over. A name from outside is only ever compared with the names found here and never made part of a path, so
/// it can't lead out of the directory.
struct DestinationTree: Sendable {
    /// The most files that are looked at; protects against a wrong path.
    static let maximumFiles = 20_000

    struct Folder: Hashable, Sendable {
        var instance: String
        var tenant: String?
    }

    private(set) var folders: Set<Folder> = []
    private(set) var files: [DestinationKey: FileFingerprint] = [:]
    /// Folders that are there and can't be read at the moment: what is known of them is to be kept. `nil`: all.
    private(set) var unreadable: [Folder?: DestinationFinding] = [:]
    /// The folder whose files are too many.
    private(set) var overflow: DestinationFinding?

    /// Reads the folders. Blocks for as many `stat` calls as there are files.
    init(_ folders: DestinationFolders) {
        switch folders {
        case .below(let directory): readInstances(directory)
        case .only(let instance, let path):
            let folder = Folder(instance: instance)
            self.folders.insert(folder)
            readFolder(path, folder)
            // It was configured: that it isn't there says nothing about its destinations.
            if Self.status(path).map(Self.isFolder) != true { unreadable[folder] = Self.missing(path) }
        }
    }

    private mutating func readInstances(_ directory: String) {
        for instance in names(in: directory, for: nil) {
            let path = "\(directory)/\(instance)"
            guard let status = Self.status(path), Self.isFolder(status) else { continue }
            let folder = Folder(instance: instance)
            folders.insert(folder)
            readFolder(path, folder)
        }
    }

    private mutating func readFolder(_ path: String, _ folder: Folder) {
        for name in names(in: path, for: folder) {
            let child = "\(path)/\(name)"
            guard let status = Self.status(child) else { continue }
            if Self.isFolder(status), folder.tenant == nil {
                let tenant = Folder(instance: folder.instance, tenant: name)
                folders.insert(tenant)
                readFolder(child, tenant)
            } else if status.st_mode & S_IFMT == S_IFREG, let destination = Self.destination(of: name) {
                guard files.count < Self.maximumFiles else {
                    overflow = Self.overflow(path)
                    return
                }
                let key = DestinationKey(instance: folder.instance, tenant: folder.tenant, destination: destination)
                files[key] = FileFingerprint(status)
            }
        }
    }

    private mutating func names(in path: String, for folder: Folder?) -> [String] {
        guard let stream = opendir(path) else {
            if errno != ENOENT && errno != ENOTDIR { unreadable[folder] = Self.unreadable(path) }
            return []
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { unreadable[folder] = Self.unreadable(path) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let name, !name.hasPrefix(".") else { continue }
            guard names.count < Self.maximumFiles else {
                overflow = Self.overflow(path)
                return names
            }
            names.append(name)
        }
    }

    private static func unreadable(_ path: String) -> DestinationFinding {
        DestinationFinding(file: path, message: "the folder can't be read: \(String(cString: strerror(errno)))")
    }

    private static func missing(_ path: String) -> DestinationFinding {
        DestinationFinding(file: path, message: "there is no such folder; mount or create it")
    }

    private static func overflow(_ path: String) -> DestinationFinding {
        DestinationFinding(file: path, message: "there are more than \(maximumFiles) files; the rest is ignored")
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    private static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }

    private static func destination(of name: String) -> String? {
        guard name.hasSuffix(".json"), name.utf8.count > 5 else { return nil }
        return String(name.dropLast(5))
    }
}

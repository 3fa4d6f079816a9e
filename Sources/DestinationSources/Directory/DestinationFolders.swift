/// Where the folders of instances are.
enum DestinationFolders: Hashable, Sendable {
    /// Below one directory, by the names of the instances, whichever there are.
    case below(String)
    /// One instance's alone.
    case only(instance: String, folder: String)

    /// The path of an instance's folder, or of a tenant's in it. The names come from the folders themselves or from the
    /// configuration.
    func path(_ folder: DestinationTree.Folder) -> String {
        let root =
            switch self {
            case .below(let directory): "\(directory)/\(folder.instance)"
            case .only(_, let path): path
            }
        return folder.tenant.map { "\(root)/\($0)" } ?? root
    }

    /// What tells an instance's folder from others.
    func origin(_ instance: String) -> DestinationOrigin {
        DestinationOrigin(path(DestinationTree.Folder(instance: instance)))
    }
}

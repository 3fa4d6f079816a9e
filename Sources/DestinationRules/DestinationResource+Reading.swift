internal import DestinationModel
import ObjectModel

extension DestinationResource {
    /// The typed view of an object in which no fault blocks the whole resource.
    ///
    /// - Parameters:
    ///   - subject: The object.
    ///   - blocked: What can't be served; those tenants are left out.
    init?(_ subject: Subject, without blocked: Set<Finding.Blocks>) {
        guard let name = subject.name, let destination = subject.text(Paths.destinationName) else { return nil }
        let object = subject.object
        var fragment: FragmentReference?
        if let name = subject.text(Paths.fragmentName) {
            fragment = FragmentReference(
                name: name,
                isOptional: object[Paths.fragmentOptional] == .bool(true),
                level: subject.text(Paths.fragmentLevel).flatMap(DestinationLevel.init)
            )
        }
        self.init(
            namespace: subject.namespace,
            name: name,
            uid: subject.text(FieldPath("metadata", "uid")),
            generation: object[FieldPath("metadata", "generation")]?.wholeNumber,
            destination: destination,
            level: subject.text(Paths.destinationLevel).flatMap(DestinationLevel.init),
            fragment: fragment,
            instance: subject.text(Paths.instance),
            port: object[Paths.port]?.wholeNumber ?? MailDestination.defaultPort,
            scope: subject.text(Paths.scope).flatMap(AccessScope.init),
            hasChain: subject.has(Paths.chain),
            tenants: subject.tenants == .absent
                ? nil : subject.tenantNames.filter { !blocked.contains(.tenant($0)) }
        )
    }
}

extension ObjectValue {
    /// The integer, also where JSON wrote it with a fraction of zero.
    var wholeNumber: Int? {
        switch self {
        case .integer(let integer): integer
        case .double(let double): Int(exactly: double)
        case .null, .bool, .string, .array, .object: nil
        }
    }
}

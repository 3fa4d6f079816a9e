public import ObjectModel

extension Route {
    /// The route as an object, the form that it has in annotations and reports. Equal routes give equal objects.
    public var object: ObjectValue {
        var members: [String: ObjectValue] = [
            "namespace": .string(namespace), "resource": .string(resource),
            "destination": .string(destination.destination), "instance": .string(destination.instance),
            "servicePort": .integer(servicePort),
        ]
        members["tenant"] = tenant.map(ObjectValue.string)
        members["level"] = (destination.level?.rawValue).map(ObjectValue.string)
        members["fragment"] = destination.fragment?.object
        return .object(members)
    }

    /// Reads a route back, by the rules of the other initialiser.
    ///
    /// - Returns: `nil` for anything that ``object`` doesn't write; members that are unknown are passed over.
    public init?(_ object: ObjectValue) {
        guard let namespace = object["namespace"]?.stringValue, let resource = object["resource"]?.stringValue,
            let destination = object["destination"]?.stringValue, let instance = object["instance"]?.stringValue,
            case .integer(let port) = object["servicePort"]
        else { return nil }
        let tenant = object["tenant"]
        guard tenant == nil || tenant?.stringValue != nil else { return nil }
        guard let level = DestinationLevel.reading(object["level"]) else { return nil }
        var fragment: FragmentReference?
        if let value = object["fragment"] {
            guard let read = FragmentReference(value) else { return nil }
            fragment = read
        }
        let reference = DestinationReference(
            destination: destination,
            instance: instance,
            tenant: tenant?.stringValue,
            level: level,
            fragment: fragment
        )
        self.init(namespace: namespace, resource: resource, destination: reference, servicePort: port)
    }
}

extension FragmentReference {
    fileprivate var object: ObjectValue {
        var members: [String: ObjectValue] = ["name": .string(name), "optional": .bool(isOptional)]
        members["level"] = (level?.rawValue).map(ObjectValue.string)
        return .object(members)
    }

    fileprivate init?(_ object: ObjectValue) {
        guard let name = object["name"]?.stringValue, case .bool(let isOptional) = object["optional"] ?? .bool(false),
            let level = DestinationLevel.reading(object["level"])
        else { return nil }
        self.init(name: name, isOptional: isOptional, level: level)
    }
}

extension DestinationLevel {
    /// The level that a member names: none where there is no member; no answer at all where it names no level.
    fileprivate static func reading(_ value: ObjectValue?) -> DestinationLevel?? {
        guard let value else { return .some(nil) }
        guard let level = value.stringValue.flatMap(DestinationLevel.init(rawValue:)) else { return nil }
        return .some(level)
    }
}

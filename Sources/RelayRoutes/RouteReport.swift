public import DestinationModel
public import ObjectModel

/// What a relay says of one of its routes: an item of its page `/routes`.
public struct RouteReport: Hashable, Sendable {
    /// What the relay knows of the route's destination.
    ///
    /// A route whose port the relay can't have has failed, too.
    public enum Lookup: Hashable, Sendable {
        /// It hasn't been looked up to its end.
        case pending
        /// There is one to use.
        case found
        /// There is none. The reason is a word, as the status of Destinations has it; the message is for people, without
        /// secrets.
        case failed(reason: String, message: String)
    }

    /// The port that is open, or should be.
    public var port: Int
    /// The address that it is, or should be, open on.
    public var address: String
    /// Where its mail goes.
    public var route: Route
    /// `metadata.uid` of the Destination; `nil` for one that comes from a file.
    public var owner: String?
    /// What is known of the destination.
    public var lookup: Lookup
    /// The port of the mail server, where the destination is found.
    public var mailServerPort: Int?

    /// Puts a report together.
    public init(port: Int, address: String, route: Route, owner: String?, lookup: Lookup, mailServerPort: Int? = nil) {
        self.mailServerPort = mailServerPort
        self.port = port
        self.address = address
        self.route = route
        self.owner = owner
        self.lookup = lookup
    }

    /// The report as an object.
    public var object: ObjectValue {
        var members: [String: ObjectValue] = [
            "port": .integer(port), "address": .string(address), "service": .string(route.serviceName.rawValue),
            "route": route.object, "lookup": lookup.object,
        ]
        members["uid"] = owner.map(ObjectValue.string)
        members["mailServerPort"] = mailServerPort.map(ObjectValue.integer)
        return .object(members)
    }

    /// Reads a report back; `nil` for anything that ``object`` doesn't write.
    public init?(_ object: ObjectValue) {
        guard case .integer(let port) = object["port"], (1...65_535).contains(port),
            let address = object["address"]?.stringValue, let route = object["route"].flatMap(Route.init),
            let lookup = object["lookup"].flatMap(Lookup.init)
        else { return nil }
        let mailServerPort = object["mailServerPort"]?.integerValue.flatMap { (1...65_535).contains($0) ? $0 : nil }
        self.init(
            port: port,
            address: address,
            route: route,
            owner: object["uid"]?.stringValue,
            lookup: lookup,
            mailServerPort: mailServerPort
        )
    }
}

extension RouteReport.Lookup {
    var object: ObjectValue {
        switch self {
        case .pending: .object(["state": .string("pending")])
        case .found: .object(["state": .string("found")])
        case .failed(let reason, let message):
            .object(["state": .string("failed"), "reason": .string(reason), "message": .string(message)])
        }
    }

    init?(_ object: ObjectValue) {
        switch object["state"]?.stringValue {
        case "pending": self = .pending
        case "found": self = .found
        case "failed":
            guard let reason = object["reason"]?.stringValue, let message = object["message"]?.stringValue else {
                return nil
            }
            self = .failed(reason: reason, message: message)
        default: return nil
        }
    }
}

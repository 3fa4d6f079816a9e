import DestinationModel
import ObjectModel
import RelayRoutes
import Testing

@testable import DestinationController

extension RouteClaim {
    /// A claim of a port; owner and destination tell it from others of that port.
    static func sample(_ port: Int, owner: String = "uid", destination: String = "d") throws -> RouteClaim {
        let reference = DestinationReference(destination: destination, instance: "i", tenant: "t\(port)")
        let route = try #require(
            Route(namespace: "shop", resource: "mail", destination: reference, servicePort: 465)
        )
        return RouteClaim(port: port, owner: owner, route: route)
    }

    /// What a relay that serves it says.
    func report(_ lookup: RouteReport.Lookup = .found) -> RouteReport {
        RouteReport(port: port, address: "0.0.0.0", route: route, owner: owner, lookup: lookup)
    }
}

extension RelayAnswer {
    /// A relay's answer as it is read from its page.
    static func sample(
        _ routes: [RouteReport],
        closed: [Int] = [],
        complete: Bool = true,
        revision: Int = 1
    ) throws -> RelayAnswer {
        let changes = RouteChanges(
            epoch: "e",
            revision: revision,
            isComplete: complete,
            routes: routes,
            closed: closed
        )
        return try RelayAnswer(changes.object.json(), asked: RelayCursor(epoch: "e", revision: 0))
    }
}

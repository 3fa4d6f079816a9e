import DestinationModel
import RelayRoutes
import Testing

/// A claim, of which only what matters differs.
func claim(
    port: Int = 20_000,
    owner: String = "uid",
    namespace: String = "shop",
    resource: String = "mail",
    tenant: String? = "acme",
    destination: String = "d",
    servicePort: Int = 465,
    releasedAt: String? = nil
) throws -> RouteClaim {
    let reference = DestinationReference(destination: destination, instance: "i", tenant: tenant)
    let route = try #require(
        Route(namespace: namespace, resource: resource, destination: reference, servicePort: servicePort)
    )
    return RouteClaim(port: port, owner: owner, route: route, releasedAt: releasedAt)
}

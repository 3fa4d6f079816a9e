import DestinationModel
import ObjectModel
import Testing

@Suite("Route")
struct RouteTests {
    private func route(
        _ namespace: String = "shop",
        _ resource: String = "mail",
        tenant: String? = nil,
        port: Int = 465
    ) -> Route? {
        let reference = DestinationReference(destination: "d", instance: "i", tenant: tenant)
        return Route(namespace: namespace, resource: resource, destination: reference, servicePort: port)
    }

    @Test("Sorted by namespace, resource and tenant, the bare resource first")
    func order() throws {
        let sorted = try [
            #require(route("a", "z")),
            #require(route("b", "a")),
            #require(route("b", "mail")),
            #require(route("b", "mail", tenant: "a")),
            #require(route("b", "mail", tenant: "b")),
            #require(route("b", "mail-a")),
        ]
        #expect(sorted.reversed().sorted() == sorted)
        #expect(sorted.map(\.description).last == "b/mail-a")
        #expect(sorted[3].description == "b/mail/a")
    }

    @Test("Ports and names out of bounds make no route", arguments: [0, -1, 65_536])
    func refusesPort(port: Int) {
        #expect(route(port: port) == nil)
        #expect(route("shop", "Mail") == nil)
        #expect(route(port: 65_535) != nil)
    }

    @Test("It survives being written as JSON")
    func writtenAndRead() throws {
        let reference = DestinationReference(
            destination: "d",
            instance: "i",
            tenant: "t",
            level: .providerSubaccount,
            fragment: FragmentReference(name: "f", isOptional: true, level: .instance)
        )
        let route = try #require(
            Route(namespace: "shop", resource: "mail", destination: reference, servicePort: 587)
        )
        let written = try JSONReader.document(route.object.json()).value
        #expect(Route(written) == route)
        #expect(route.serviceName.description == "mail-t")
    }

    @Test(
        "What is read back follows the same rules",
        arguments: [
            #"{"namespace":"n","resource":"A","destination":"d","instance":"i","servicePort":465}"#,
            #"{"namespace":"n","resource":"a","destination":"d","instance":"i","servicePort":0}"#,
            #"{"namespace":"n","resource":"a","destination":"d","instance":"i","servicePort":465.5}"#,
            #"{"namespace":"n","resource":"a","destination":"d","instance":"i","level":"x","servicePort":1}"#,
            #"{"namespace":"n","resource":"a","destination":"d","instance":"i","tenant":1,"servicePort":1}"#,
            #"{"namespace":"n","resource":"a","destination":"d","instance":"i","fragment":{},"servicePort":1}"#,
            #"{"namespace":"n","resource":"a","destination":"d","servicePort":1}"#,
            #"[]"#,
        ]
    )
    func refusesBadJSON(text: String) throws {
        #expect(Route(try JSONReader.document(text).value) == nil)
    }
}

import Testing

@testable import Kubernetes

@Suite("ResourcePath")
struct ResourcePathTests {
    @Test(
        "Paths",
        arguments: [
            (.services, "shop", "mail", nil, "/api/v1/namespaces/shop/services/mail"),
            (.services, nil, nil, nil, "/api/v1/services"),
            (.services, "shop", nil, nil, "/api/v1/namespaces/shop/services"),
            (.namespaces, nil, "shop", nil, "/api/v1/namespaces/shop"),
            (.leases, "a", "b", nil, "/apis/coordination.k8s.io/v1/namespaces/a/leases/b"),
            (
                .destinations, "a", "b", "status",
                "/apis/destination.connectivity.api.sap/v1/namespaces/a/destinations/b/status"
            ),
            (
                .customResourceDefinitions, nil, "system:a b", nil,
                nil
            ),
            (
                .customResourceDefinitions, nil, "system:a?b#c&d", nil,
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/system%3Aa%3Fb%23c%26d"
            ),
        ] as [(ResourceType, String?, String?, String?, String?)]
    )
    func paths(type: ResourceType, namespace: String?, name: String?, subresource: String?, path: String?) {
        #expect(
            (try? ResourcePath(type, namespace: namespace, name: name, subresource: subresource).text) == path
        )
    }

    @Test(
        "Names that would lead elsewhere are refused",
        arguments: [
            "", ".", "..", "a/b", "/", "..%2Fsecrets", "%2e%2e", "a\u{0}", "a\nb", "ä", " ", "a\u{7F}",
            String(repeating: "a", count: 254),
        ]
    )
    func hostileNames(name: String) throws {
        for (namespace, name) in [("shop", name), (name, "mail")] {
            let error = try #require(throws: KubernetesError.self) {
                try ResourcePath(.services, namespace: namespace, name: name)
            }
            #expect(error.code == .invalidRequest)
            #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
        }
    }

    @Test("A namespace where there must be one, and nowhere else")
    func namespaces() {
        #expect(throws: KubernetesError.self) { try ResourcePath(.services, namespace: nil, name: "mail") }
        #expect(throws: KubernetesError.self) { try ResourcePath(.namespaces, namespace: "shop", name: "mail") }
    }
}

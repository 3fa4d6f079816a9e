import DestinationModel
import ObjectModel
import RelayRoutes

extension Kubectl {
    /// The name of a relay that can be asked; `nil` where none is ready.
    func readyRelay(in namespace: String) async throws(KubectlError) -> String? {
        let label = RelayService.podLabel
        let list = try await object([
            "get", "pods", "--namespace=\(namespace)", "--selector=\(label.name)=\(label.value)", "--output=json",
        ])
        return (list["items"]?.arrayValue ?? []).compactMap(ServerPod.init).of(.relay).first { $0.isReady }?.name
    }

    /// Where a route's relays are: where its Service leads, for whoever may read that.
    func systemNamespace(of route: MailRoute) async throws(KubectlError) -> String {
        guard DNSLabel.isRFC1123(route.service) else { return SystemNamespaceOption.usual }
        do throws(KubectlError) {
            let service = try await object([
                "get", "services", "--namespace=\(route.namespace)", "--output=json", "--", route.service,
            ])
            guard let alias = RelayAlias(service), alias.port == route.port else { return SystemNamespaceOption.usual }
            return alias.namespace
        } catch {
            guard error.code == .forbidden || error.code == .notFound else { throw error }
            return SystemNamespaceOption.usual
        }
    }
}

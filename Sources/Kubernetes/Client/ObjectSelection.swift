internal import HTTPTransport
internal import ObjectModel

/// Which objects a list or watch is about.
struct ObjectSelection: Hashable, Sendable {
    let type: ResourceType
    /// `nil` for all namespaces.
    let namespace: String?
    let labels: String?
    let fields: String?

    /// A request for the collection.
    ///
    /// - Throws: `invalidRequest`.
    func request(_ verb: String) throws(KubernetesError) -> APIRequest {
        let path = try ResourcePath(type, namespace: namespace)
        let place = namespace.map { " in \(Quoted.escaped($0, limit: 80))" } ?? ""
        var request = APIRequest(.get, path.text, operation: "\(verb) \(type)\(place)")
        request.add("labelSelector", labels)
        request.add("fieldSelector", fields)
        return request
    }
}

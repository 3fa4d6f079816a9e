internal import HTTPTransport
public import ObjectModel

extension KubernetesClient {
    /// Reads an object.
    ///
    /// - Throws: `KubernetesError`, among them `notFound`.
    public func get(
        _ type: ResourceType,
        _ name: String,
        in namespace: String? = nil
    ) async throws(KubernetesError) -> ObjectValue {
        let path = try ResourcePath(type, namespace: namespace, name: name)
        return try await execute(APIRequest(.get, path.text, operation: Self.named("get", type, name, namespace)))
    }

    /// Reads all objects of a kind, page by page, as they were at one moment. All of them stand in memory, and one that
    /// can't be read is an error: use ``watch(_:in:labels:fields:pageSize:)`` where there may be many, or any.
    ///
    /// - Parameters:
    ///   - namespace: `nil` for all namespaces.
    ///   - labels: A label selector such as `app=mail,tier!=test`.
    ///   - fields: A field selector such as `metadata.name=mail`.
    ///   - pageSize: How many objects are asked for at once.
    public func list(
        _ type: ResourceType,
        in namespace: String? = nil,
        labels: String? = nil,
        fields: String? = nil,
        pageSize: Int = 500
    ) async throws(KubernetesError) -> [ObjectValue] {
        let selection = ObjectSelection(type: type, namespace: namespace, labels: labels, fields: fields)
        var pager = Pager(pageSize: pageSize)
        var objects: [ObjectValue] = []
        while true {
            do throws(KubernetesError) {
                var page = try await self.page(selection, pager.next)
                var items: [ObjectValue] = []
                while let item = try page.next() {
                    switch item {
                    case .readable(let object): items.append(object)
                    case .unreadable(let object): throw object.reason.about("read \(type) \(object.key)")
                    }
                }
                objects += items
                if pager.received(continueToken: page.continueToken, size: page.size) { return objects }
            } catch {
                guard let step = pager.failed(error) else { throw error }
                if step == .startsAnew { objects = [] }
            }
        }
    }

    /// What the server says of itself, such as `v1.33.1`; for finding out whether it can be reached.
    public func serverVersion() async throws(KubernetesError) -> String {
        let version = try await execute(APIRequest(.get, "/version", operation: "get the server's version"))
        guard let text = version["gitVersion"]?.stringValue else {
            throw KubernetesError(.malformedAnswer, "the answer names no version")
        }
        return text
    }

    func page(_ selection: ObjectSelection, _ which: Pager.Page) async throws(KubernetesError) -> ObjectPage {
        var request = try selection.request("list")
        request.add("limit", which.limit.map(String.init))
        request.add("continue", which.continueToken)
        request.maximumAnswerBytes =
            which.limit == 1 ? AnswerReader.maximumObjectOctets : AnswerReader.maximumPageOctets
        let page = try ObjectPage(try await body(request), of: selection.type)
        // A token says where the next page begins: one that leads to the same page again would never come to an end.
        guard page.continueToken == nil || page.continueToken != which.continueToken else {
            throw KubernetesError(
                .malformedAnswer,
                "the list goes on with the page that was just read; is a proxy in the way?",
                operation: "list \(selection.type)"
            )
        }
        return page
    }

    static func named(_ verb: String, _ type: ResourceType, _ name: String, _ namespace: String?) -> String {
        let key = ObjectKey(namespace: namespace ?? "", name: name)
        return "\(verb) \(type) \(Quoted.escaped(key.description, limit: 320))"
    }
}

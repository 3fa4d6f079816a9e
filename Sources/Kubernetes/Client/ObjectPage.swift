internal import ObjectModel

/// A part of a list as it came. Its objects are read one by one as they are told: so no more than one of them stands in
/// memory as a tree, and one that can't be read is in nobody's way.
struct ObjectPage {
    /// An object of the page.
    enum Item: Hashable {
        /// It says of what kind it is, which the server leaves out in lists.
        case readable(ObjectValue)
        case unreadable(UnreadableObject)
    }

    /// The moment that the whole list shows.
    let resourceVersion: String
    /// What to ask for the rest with; `nil` at the end of the list.
    let continueToken: String?
    /// How large the page is.
    let size: Int
    private let type: ResourceType
    /// The last one comes first.
    private var rest: [JSONSlice]

    /// - Throws: `malformedAnswer` for what is no list.
    init(_ body: [UInt8], of type: ResourceType) throws(KubernetesError) {
        let members = JSONSlice(body).members(["metadata", "items"]) ?? [:]
        let metadata = try members["metadata"].map { text throws(KubernetesError) in
            try AnswerReader.object(text.octets)
        }
        let items = members["items"].map { $0.items() } ?? []
        guard let version = metadata?["resourceVersion"]?.stringValue, !version.isEmpty, let items else {
            throw KubernetesError(
                .malformedAnswer,
                "the answer is no list of \(type); is this the URL of an API server?"
            )
        }
        let token = metadata?["continue"]?.stringValue ?? ""
        resourceVersion = version
        continueToken = token.isEmpty ? nil : token
        size = body.count
        self.type = type
        rest = items.reversed()
    }

    /// The next object; `nil` at the end of the page.
    ///
    /// - Throws: `malformedAnswer` for what is no object with a name.
    mutating func next() throws(KubernetesError) -> Item? {
        guard let text = rest.popLast() else { return nil }
        let object: ObjectValue
        do {
            object = try AnswerReader.object(text.octets)
        } catch {
            guard let unreadable = UnreadableObject(text, reason: error) else { throw error }
            return .unreadable(unreadable)
        }
        guard case .object(var members) = object, !object.metadata.name.isEmpty else {
            throw KubernetesError(.malformedAnswer, "the answer is a list with something else than \(type)")
        }
        if members["kind"] == nil { members["kind"] = .string(type.kind) }
        if members["apiVersion"] == nil { members["apiVersion"] = .string(type.apiVersion) }
        return .readable(.object(members))
    }
}

internal import ObjectModel

/// The path of a collection or object below the API server's URL.
///
/// Names may come from anyone who can write an object, and a name that could leave its segment of the path would turn
/// one request into another: names that the API server takes for no object are refused, all else is percent-encoded.
struct ResourcePath: Hashable, Sendable {
    let text: String

    /// The path of a collection, all namespaces of a namespaced kind included, or of an object in it.
    ///
    /// - Throws: `invalidRequest`.
    init(
        _ type: ResourceType,
        namespace: String?,
        name: String? = nil,
        subresource: String? = nil
    ) throws(KubernetesError) {
        var path = type.group.isEmpty ? "/api/" : "/apis/\(type.group)/"
        path += type.version
        switch (type.isNamespaced, namespace) {
        case (true, let namespace?): path += "/namespaces/" + (try Self.segment(namespace, "namespace"))
        case (true, nil):
            guard name == nil else { throw .invalidRequest("\(type) live in a namespace; none was given") }
        case (false, nil): break
        case (false, _?): throw .invalidRequest("\(type) don't live in namespaces; one was given")
        }
        path += "/\(type.plural)"
        if let name { path += "/" + (try Self.segment(name, "name")) }
        if let subresource { path += "/" + (try Self.segment(subresource, "subresource")) }
        text = path
    }

    /// The rules of Kubernetes' own path segment names: not `.` or `..`, no `/`, no `%`; and no longer than any name is.
    private static func segment(_ text: String, _ what: String) throws(KubernetesError) -> String {
        guard !text.isEmpty, text != ".", text != "..", text.utf8.count <= 253,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "%") })
        else { throw .invalidRequest("no object can have the \(what) \(Quoted(text))") }
        return PercentEncoding.encoded(text)
    }
}

/// RFC 3986 §2.1.
enum PercentEncoding {
    /// Everything but unreserved characters encoded, so that the text fits into a path segment or a query's value.
    static func encoded(_ text: String) -> String {
        var result = ""
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}

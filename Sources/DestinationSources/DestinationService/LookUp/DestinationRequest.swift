internal import DestinationModel
internal import HTTPTransport

/// The HTTP request that finds a destination.
struct DestinationRequest {
    /// A destination is some KB; its certificates may make it some more.
    static let maximumResponseBytes = 1 << 20

    /// The address below the service's own, which holds nothing secret.
    let path: String
    /// The fields about the fragment.
    let fragmentHeaders: [(name: String, value: String)]

    /// - Throws: `noSuchDestination`, `noSuchFragment`: for names that none can have, or that would change what is asked.
    init(_ reference: DestinationReference) throws(LookUpFailure) {
        let name = reference.destination
        // A path segment of dots only means something else (RFC 3986 §5.2.4), escaped or not.
        guard !name.isEmpty, !name.allSatisfy({ $0 == "." }), name.utf8.count <= 1024 else {
            throw LookUpFailure(.noSuchDestination, "no destination can have such a name")
        }
        let hasLevel = reference.level != nil || reference.fragment?.level != nil
        let level = reference.level.map { "@\($0.rawValue)" } ?? ""
        let version = hasLevel ? "v2" : "v1"
        path = "/destination-configuration/\(version)/destinations/\(PathEncoding.segment(name))\(level)"
        guard let fragment = reference.fragment else {
            fragmentHeaders = []
            return
        }
        // In the header nothing is escaped, so that an `@` would begin a level.
        guard !fragment.name.isEmpty, fragment.name.utf8.count <= 1024,
            fragment.name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !fragment.name.contains("@")
        else { throw LookUpFailure(.noSuchFragment, "no fragment can have such a name") }
        let value = fragment.name + (fragment.level.map { "@\($0.rawValue)" } ?? "")
        fragmentHeaders =
            [("X-fragment-name", value)] + (fragment.isOptional ? [("X-fragment-optional", "true")] : [])
    }

    /// The request with a token. Redirects are never followed: the token is for the service alone.
    func http(
        _ service: ServiceURL,
        token: AccessToken,
        timeouts: HTTPTimeouts,
        withFragment: Bool = true
    ) -> HTTPRequest {
        var headers: HTTPHeaders = [
            "Accept": "application/json",
            "Authorization": "Bearer " + token.secret.reveal(),
        ]
        if withFragment { for field in fragmentHeaders { headers.add(field.name, field.value) } }
        return HTTPRequest(
            url: service.description + path,
            headers: headers,
            timeouts: timeouts,
            maximumResponseBytes: Self.maximumResponseBytes
        )
    }
}

/// Escapes a name for a URL's path (RFC 3986 §3.3).
enum PathEncoding {
    /// One segment: all but unreserved characters are escaped, so that nothing in it can end the segment.
    static func segment(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

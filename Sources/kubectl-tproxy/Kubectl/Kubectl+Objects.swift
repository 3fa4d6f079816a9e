import DestinationModel
import ObjectModel

extension Kubectl {
    /// What kubectl calls Destinations: in full, so that no other kind of that name is meant.
    static let destinations = "destinations.\(DestinationResource.version).\(DestinationResource.group)"

    /// Runs kubectl, which writes one object as JSON.
    func object(_ arguments: [String], input: [UInt8] = []) async throws(KubectlError) -> ObjectValue {
        try Self.object(try await run(arguments, input: input).bytes)
    }

    /// Reads one object.
    static func object(_ bytes: [UInt8]) throws(KubectlError) -> ObjectValue {
        let options = JSONReader.Options(maximumLength: bytes.count, maximumCount: 50_000_000)
        do {
            return try JSONReader.document(bytes, options: options).value
        } catch {
            throw KubectlError(.other, "kubectl has written what isn't JSON: \(error)")
        }
    }

    /// The objects of an answer to `get`, which is a list or the one that was asked for.
    static func items(_ answer: ObjectValue) -> [ObjectValue] { answer["items"]?.arrayValue ?? [answer] }

    /// Lists Destinations as the API server writes them: kubectl needn't find out first what there is, nor read what it
    /// passes on.
    ///
    /// - Parameters:
    ///   - namespace: `nil` for all.
    ///   - selector: Labels.
    func listDestinations(in namespace: String?, selector: String?) async throws(KubectlError) -> [ObjectValue] {
        var path = "/apis/\(DestinationResource.group)/\(DestinationResource.version)"
        if let namespace { path += "/namespaces/\(Self.escaped(namespace))" }
        path += "/destinations"
        if let selector { path += "?labelSelector=\(Self.escaped(selector))" }
        let answer = JSONSlice(try await run(["get", "--raw", path]).bytes)
        guard let items = answer.members(["items"])?["items"]?.items() else {
            throw KubectlError(.other, "the API server's answer is no list of Destinations")
        }
        var objects: [ObjectValue] = []
        objects.reserveCapacity(items.count)
        for item in items { objects.append(try Self.object(Array(item.octets))) }
        return objects
    }

    /// A text as a part of a path or query (RFC 3986 §2.1).
    private static func escaped(_ text: String) -> String {
        text.utf8.reduce(into: "") { escaped, octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                escaped.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                escaped += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }

    /// Reads one Destination.
    func destination(_ name: String) async throws(KubectlError) -> ObjectValue {
        try await object(["get", Self.destinations, "--output=json", "--", name])
    }
}

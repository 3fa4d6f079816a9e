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

    /// Reads one Destination.
    func destination(_ name: String) async throws(KubectlError) -> ObjectValue {
        try await object(["get", Self.destinations, "--output=json", "--", name])
    }
}

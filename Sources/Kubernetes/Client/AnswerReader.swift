internal import ObjectModel

/// Reads the API server's JSON.
enum AnswerReader {
    /// The largest answer in octets. A page of a list is the largest thing that is asked for.
    static let maximumBytes = 64 << 20

    private static let options: JSONReader.Options = {
        var options = JSONReader.Options()
        options.maximumLength = maximumBytes
        options.maximumCount = 5_000_000
        options.keepsPositions = false
        return options
    }()

    /// - Throws: `malformedAnswer`; the message quotes nothing, as the answer may hold secrets.
    static func object(_ text: some Sequence<UInt8>) throws(KubernetesError) -> ObjectValue {
        let value: ObjectValue
        do {
            value = try JSONReader.document(text, options: options).value
        } catch {
            throw KubernetesError(
                .malformedAnswer,
                "the answer is no JSON (\(error.position)); is this the URL of an API server?"
            )
        }
        guard case .object = value else {
            throw KubernetesError(.malformedAnswer, "the answer is no object but \(value.kindName)")
        }
        return value
    }
}

internal import ObjectModel

/// Reads the API server's JSON.
enum AnswerReader {
    /// The largest answer in octets that is one object. API servers write no more than 2 MiB into etcd; a character of that
    /// takes six octets of JSON at worst.
    static let maximumObjectOctets = 13 << 20
    /// The largest page of a list of several objects: larger ones are asked for in smaller pieces.
    static let maximumPageOctets = 8 << 20

    /// For one object as a tree, which takes far more memory than its text.
    private static let options = JSONReader.Options(maximumLength: 4 << 20, maximumCount: 1_000_000)

    /// - Throws: `malformedAnswer`, or `answerTooLarge` for a larger tree than is made; the message quotes nothing, as the
    ///   answer may hold secrets.
    static func object(_ text: some Sequence<UInt8>) throws(KubernetesError) -> ObjectValue {
        let value: ObjectValue
        do {
            value = try JSONReader.document(text, options: options).value
        } catch {
            switch error.code {
            case .size, .depth:
                throw KubernetesError(.answerTooLarge, "the answer is too large to be read: \(error.message)")
            default:
                throw KubernetesError(
                    .malformedAnswer,
                    "the answer is no JSON (\(error.position)); is this the URL of an API server?"
                )
            }
        }
        guard case .object = value else {
            throw KubernetesError(.malformedAnswer, "the answer is no object but \(value.kindName)")
        }
        return value
    }
}

internal import DestinationModel
internal import ObjectModel

/// What a token service says about a request that it refuses (RFC 6749 §5.2), with the members that Microsoft Entra and
/// Google add. Only words and numbers that may be shown: a service could repeat what it was sent.
struct TokenErrorResponse {
    private static let maxNumbers = 4

    /// The `error`, such as `invalid_client`. Google's APIs send an object, whose `status` is the word.
    let word: String?
    /// The numbers that tell the causes of one word apart: Entra's `error_codes`, or the `code` in Google's `error`.
    let numbers: [String]

    /// - Parameter object: the response's body; `nil` where it is no JSON object.
    init(_ object: ObjectValue?, _ credentials: OAuth2ClientCredentials) {
        let error = object?["error"]
        word = (error?.stringValue ?? error?["status"]?.stringValue).flatMap { Self.harmless($0, credentials) }
        let codes = object?["error_codes"]?.arrayValue ?? [error?["code"]].compactMap(\.self)
        numbers = codes.prefix(Self.maxNumbers).compactMap { code in
            guard case .integer(let number) = code else { return nil }
            return Self.harmless(String(number), credentials)
        }
    }

    /// Whether a response that holds no token is an error, though its status says otherwise.
    var isError: Bool { word != nil || !numbers.isEmpty }

    /// An error code that may be shown: a word, and none that a service could have made of what we sent.
    private static func harmless(_ text: String, _ credentials: OAuth2ClientCredentials) -> String? {
        let isWord = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "_-.".utf8.contains(byte)
        }
        return isWord && !text.isEmpty && text.utf8.count <= 64 && !credentials.occurs(in: text) ? text : nil
    }
}

extension OAuth2ClientCredentials {
    /// Whether a text of the token service's holds one of the secrets that it gets.
    func occurs(in text: String) -> Bool {
        let secrets =
            [clientSecret, tokenServiceLogin?.password].compactMap(\.self)
            + (bodyParameters + queries + headers).map(\.value)
        return secrets.contains { !$0.isEmpty && text.contains($0.reveal()) }
    }
}

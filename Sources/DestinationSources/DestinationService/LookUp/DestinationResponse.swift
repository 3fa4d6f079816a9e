internal import DestinationModel
internal import HTTPTransport
import ObjectModel

/// What the Destination service found.
struct FoundDestination: Sendable, Hashable {
    var destination: MailDestination
    /// The access token that the service has fetched for the destination.
    var token: IssuedToken?
    /// Why it has none, in its own words.
    var tokenProblem: String?
}

/// Reads the answer of the Destination service, which is not trusted.
enum DestinationResponse {
    private static let maximumTokens = 16

    /// - Throws: what the answer says, or what is wrong with it.
    static func destination(
        _ response: HTTPResponse,
        for reference: DestinationReference
    ) throws(LookUpFailure) -> FoundDestination {
        guard response.status == 200 else { throw refusal(response) }
        guard let answer = object(response.body) else {
            throw LookUpFailure(.malformedAnswer, "status 200, but no JSON object")
        }
        guard let configuration = answer["destinationConfiguration"], configuration.objectValue != nil else {
            throw LookUpFailure(.malformedAnswer, "no destinationConfiguration")
        }
        guard configuration["Name"]?.stringValue?.lowercased() == reference.destination.lowercased() else {
            throw LookUpFailure(.malformedAnswer, "another destination than was asked for")
        }
        let tokens = answer["authTokens"]?.arrayValue ?? []
        var found = FoundDestination(destination: try destination(configuration, hasTokens: !tokens.isEmpty))
        if case .oauth2ClientCredentials(_, let credentials) = found.destination.authentication {
            readTokens(tokens, credentials, &found)
        }
        return found
    }

    private static func destination(
        _ configuration: ObjectValue,
        hasTokens: Bool
    ) throws(LookUpFailure) -> MailDestination {
        do {
            return try MailDestination(ObjectDocument(configuration), hasProvidedTokens: hasTokens)
        } catch {
            let findings = error.problems.map { DestinationFinding($0, file: nil) }
            func isUnsupported(_ key: String) -> Bool {
                error.problems.contains { $0.key == key && $0.code == .notSupported }
            }
            if isUnsupported("Type") { throw LookUpFailure(.typeNotSupported) }
            if isUnsupported("ProxyType") { throw LookUpFailure(.proxyTypeNotSupported) }
            throw LookUpFailure(.malformed, findings: findings)
        }
    }

    private static func readTokens(
        _ list: [ObjectValue],
        _ credentials: OAuth2ClientCredentials,
        _ found: inout FoundDestination
    ) {
        for token in list.prefix(maximumTokens) {
            if let error = token["error"]?.stringValue, !error.isEmpty {
                found.tokenProblem = found.tokenProblem ?? harmless(error, credentials)
                continue
            }
            guard let text = token["value"]?.stringValue, TokenResponse.isHarmless(text),
                TokenResponse.isBearer(type: token["type"])
            else { continue }
            found.token = IssuedToken(secret: Secret(text), lifetime: TokenResponse.lifetime(token["expires_in"]))
            found.tokenProblem = nil
            return
        }
    }

    /// What the service says of a token service, unless it repeats what nobody should read.
    private static func harmless(_ text: String, _ credentials: OAuth2ClientCredentials) -> String {
        guard !credentials.occurs(in: text) else { return "not shown" }
        return String(text.unicodeScalars.prefix(200).map { (" "..."~").contains($0) ? Character($0) : "?" })
    }

    private static func object(_ body: [UInt8]) -> ObjectValue? {
        let options = JSONReader.Options(
            maximumLength: DestinationRequest.maximumResponseBytes,
            maximumDepth: 20,
            maximumCount: 10_000
        )
        guard let value = try? JSONReader.document(body, options: options).value, value.objectValue != nil else {
            return nil
        }
        return value
    }

    private static func refusal(_ response: HTTPResponse) -> LookUpFailure {
        let status = "status \(response.status)"
        let retryAfter = RetryAfter.duration(response)
        switch response.status {
        case 401, 403:
            return LookUpFailure(.credentialsRefused, "the Destination service refuses the token, \(status)")
        case 404:
            // Proxies and routers say 404 too, when the service behind them is gone; they don't say it in JSON.
            let isTheService =
                response.headers["X-Cf-RouterError"] == nil && (response.body.isEmpty || object(response.body) != nil)
            guard isTheService else {
                return LookUpFailure(.malformedAnswer, "\(status), but not from the Destination service")
            }
            return LookUpFailure(.noSuchDestination)
        case 408, 429, 500...:
            let isFleeting = [502, 503, 504].contains(response.status) && retryAfter == nil
            return LookUpFailure(.serviceUnavailable, status, retryAfter: retryAfter, isFleeting: isFleeting)
        case 300..<400:
            return LookUpFailure(.malformedAnswer, "\(status), a redirect, which is not followed")
        default:
            return LookUpFailure(.malformedAnswer, status)
        }
    }
}

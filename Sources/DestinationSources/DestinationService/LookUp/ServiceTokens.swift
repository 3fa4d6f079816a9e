internal import DestinationModel
internal import HTTPTransport

/// Our own tokens for one service binding, one for each tenant.
///
/// They are fetched and kept by an ``OAuth2TokenProvider``: one request however many wait, renewed before they expire,
/// growing pauses for a server that fails.
struct ServiceTokens: Sendable {
    /// How old a token of the provider's may be to prove that the binding is still good.
    private static let proof = Duration.seconds(60)

    let binding: ServiceBinding
    let settings: DestinationServiceSettings
    let provider: OAuth2TokenProvider

    /// A token for the tenant, or for the provider's own destinations.
    ///
    /// - Parameter refused: one that the service doesn't take any more.
    func token(
        tenant: String?,
        insteadOf refused: AccessToken? = nil
    ) async throws(LookUpFailure) -> AccessToken {
        guard let key = key(tenant) else { throw LookUpFailure(.noSuchTenant, "no tenant can have such a subdomain") }
        do {
            return try await provider.token(for: key, share: tenant ?? "", insteadOf: refused)
        } catch {
            throw await failure(error, tenant)
        }
    }

    private func key(_ tenant: String?) -> TokenRequestKey? {
        let server = tenant.map { binding.authorization.tenant($0) } ?? binding.authorization
        guard let server else { return nil }
        let (secret, isInBody): (Secret, Bool) =
            switch binding.login {
            case .secret(let secret): (secret, settings.clientAuthentication == .form)
            case .certificate: (Secret(""), true)
            }
        let credentials = OAuth2ClientCredentials(
            tokenServiceURL: "\(server)/oauth/token",
            clientID: binding.clientID,
            clientSecret: secret,
            addsClientCredentialsInBody: isInBody,
            connectTimeout: settings.connectTimeout,
            readTimeout: settings.readTimeout
        )
        return TokenRequestKey(credentials: credentials, tenant: tenant)
    }

    /// A tenant's host refuses: because of the tenant, or because the binding is no longer good for anyone? The
    /// provider's own host knows.
    private func failure(_ error: TokenError, _ tenant: String?) async -> LookUpFailure {
        guard tenant != nil else { return Self.failure(error) }
        guard let code = Self.tenantCode(error), let key = key(nil) else {
            var failure = Self.failure(error)
            failure.isTenantsOwn = true
            return failure
        }
        do {
            _ = try await provider.token(for: key, share: "", maximumAge: Self.proof)
            return LookUpFailure(code, Self.detail(error))
        } catch {
            return Self.failure(error)
        }
    }

    /// What a refusal means where it is the tenant's fault.
    private static func tenantCode(_ error: TokenError) -> DestinationLookupError.Code? {
        switch error.code {
        case .credentialsRefused: .tenantNotSubscribed
        case .requestRefused where error.status == 404: .noSuchTenant
        default: nil
        }
    }

    private static func failure(_ error: TokenError) -> LookUpFailure {
        let code: DestinationLookupError.Code =
            switch error.code {
            case .credentialsRefused: .credentialsRefused
            case .requestRefused, .malformedResponse: .malformedAnswer
            default: .serviceUnavailable
            }
        // Its wish to be left alone is heeded where tokens are fetched; the other tenants' tokens are good meanwhile.
        return LookUpFailure(code, detail(error))
    }

    private static func detail(_ error: TokenError) -> String { "authorization server: \(error)" }
}

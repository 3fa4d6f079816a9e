import DestinationModel
import DestinationSources

@testable import MailSink

/// Access tokens as a test wants them; each fetch makes a new one, which is cached until it's refused.
final class ScriptedTokens: AccessTokenSource {
    struct Unavailable: Error, CustomStringConvertible {
        let description = "the token service can't be reached"
    }

    private struct State {
        var cached: Secret?
        var fetches = 0
        var isUnavailable = false
    }

    private let state = Observed(State())

    var fetches: Int { state.current.fetches }

    func setUnavailable(_ isUnavailable: Bool) {
        state.mutate { $0.isUnavailable = isUnavailable }
    }

    func cache(_ token: String) {
        state.mutate { $0.cached = Secret(token) }
    }

    func token(
        for credentials: OAuth2ClientCredentials,
        tenant: String?,
        insteadOf refused: Secret?
    ) async throws -> Secret {
        let token = state.mutate { state -> Secret? in
            if state.isUnavailable { return nil }
            if let cached = state.cached, cached != refused { return cached }
            state.fetches += 1
            state.cached = Secret("token-\(state.fetches)-0123456789")
            return state.cached
        }
        guard let token else { throw Unavailable() }
        return token
    }
}

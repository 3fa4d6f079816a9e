import DestinationModel
import DestinationSources

@testable import MailSink

/// Access tokens as a test wants them; each fetch makes a new one, which is cached until it's refused.
final class ScriptedTokens: AccessTokenSource {
    private struct State {
        var cached: AccessToken?
        var fetches = 0
        var isUnavailable = false
    }

    private let state = Observed(State())

    var fetches: Int { state.current.fetches }

    func setUnavailable(_ isUnavailable: Bool) {
        state.mutate { $0.isUnavailable = isUnavailable }
    }

    func cache(_ token: String) {
        state.mutate { $0.cached = AccessToken(secret: Secret(token), number: 0) }
    }

    func token(
        for key: TokenRequestKey,
        share: String,
        insteadOf refused: AccessToken?
    ) async throws(TokenError) -> AccessToken {
        let token = state.mutate { state -> AccessToken? in
            if state.isUnavailable { return nil }
            if let cached = state.cached, cached != refused { return cached }
            state.fetches += 1
            let secret = Secret("token-\(state.fetches)-0123456789")
            state.cached = AccessToken(secret: secret, number: UInt64(state.fetches))
            return state.cached
        }
        guard let token else { throw TokenError(.serviceUnavailable) }
        return token
    }
}

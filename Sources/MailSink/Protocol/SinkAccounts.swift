import Synchronization

/// Who may log in with what; can be changed at any time, from any thread. Holds secrets and prints none.
public final class SinkAccounts: Sendable, CustomStringConvertible {
    /// Tells which user a bearer token speaks for, nil if none (any more). Called on event loops: must not block.
    public typealias TokenCheck = @Sendable (_ token: String) -> String?

    private struct State {
        var passwords: [String: String] = [:]
        var tokens: [String: String] = [:]
        var checks: [TokenCheck] = []
        var refusals = 0
    }

    private let state = Mutex(State())

    /// Nobody may log in yet.
    public init() {}

    /// Adds an account, or changes its password.
    public func setPassword(_ password: String, for user: String) {
        state.withLock { $0.passwords[user] = password }
    }

    /// Makes a bearer token good for a user.
    public func addToken(_ token: String, for user: String) {
        state.withLock { $0.tokens[token] = user }
    }

    /// Asks `check` too about tokens that were not added here; ``TokenServer/user(ofToken:)`` is one.
    public func addTokenCheck(_ check: @escaping TokenCheck) {
        state.withLock { $0.checks.append(check) }
    }

    /// Refuses the next `count` logins, right or wrong, as the mechanism refuses.
    public func refuseNextLogins(_ count: Int) {
        state.withLock { $0.refusals = count }
    }

    func accepts(user: String, password: String) -> Bool {
        state.withLock { state in
            guard !Self.isRefused(&state) else { return false }
            return state.passwords[user] == password
        }
    }

    /// The user whom a token speaks for, if the token is good.
    func user(ofToken token: String) -> String? {
        let (user, checks) = state.withLock { state -> (String?, [TokenCheck]) in
            guard !Self.isRefused(&state) else { return (nil, []) }
            return (state.tokens[token], state.checks)
        }
        if let user { return user }
        for check in checks {
            if let user = check(token) { return user }
        }
        return nil
    }

    private static func isRefused(_ state: inout State) -> Bool {
        guard state.refusals > 0 else { return false }
        state.refusals -= 1
        return true
    }

    public var description: String { "<redacted>" }
}

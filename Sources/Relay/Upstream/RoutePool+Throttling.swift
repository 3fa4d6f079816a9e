import SMTP
import UpstreamPool

extension RoutePool {
    /// The mail server has said to a transaction on one of the sessions that there is too much for it.
    func throttled(_ throttling: Throttling, by id: Machine.SessionID) {
        logThrottling(throttling, by: id)
        failUnconfirmed(id)
        switch throttling {
        case .sessions, .rate: perform { $0.throttled(id, at: $1) }
        case .messagesOfSession: perform { machine, _ in machine.retire(id, .messages) }
        }
    }
}

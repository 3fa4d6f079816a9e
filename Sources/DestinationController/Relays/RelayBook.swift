internal import RelayRoutes

/// Keeps what each relay that is ready has open, and sums it up for each route that somebody asks about. Pure.
///
/// Every event answers the ports whose proof is another one now than what was last answered; of ports that nobody has asked
/// about there is nothing to tell.
struct RelayBook {
    /// What one relay says of one port: sixteen octets.
    private struct Entry {
        enum Lookup: Equatable {
            case pending
            case found
            case failed(FailureTable.Token)
        }

        let mark: RouteMark
        let lookup: Lookup
    }

    private struct Relay {
        enum Speech {
            /// It hasn't been heard yet: to `speaking` or `silent`.
            case awaited
            /// What it says is in `entries`: to `silent`.
            case speaking
            /// It can't be heard or understood: to `speaking`.
            case silent
        }

        var speech = Speech.awaited
        var entries: [Int: Entry] = [:]
    }

    private struct Question {
        let mark: RouteMark
        var answer: RouteProof
    }

    /// The most of a relay's words that are kept of one failure.
    private static let reasonLimit = 200
    private static let messageLimit = 2000

    /// Each time that a pod becomes ready it has another number, so that nothing late is taken for something new.
    typealias RelayNumber = Int

    private var relays: [RelayNumber: Relay] = [:]
    private var failures = FailureTable()
    /// What was asked last about each port.
    private var questions: [Int: Question] = [:]
    /// The ports whose answer may change though no relay's entry for them does.
    private var unsettled: Set<Int> = []
    private var awaitedCount = 0
    private var speakingCount = 0
    /// Whether the pods are known: until then every answer is yet to come.
    private var isSynced = false

    /// How many relays there are.
    var counts: RelayCounts { RelayCounts(ready: relays.count, reporting: speakingCount) }
    /// How many different failures are kept.
    var failureCount: Int { failures.count }

    /// What the relays say of a claim. Changes of that are told from now on.
    mutating func proof(of claim: RouteClaim) -> RouteProof {
        let mark = RouteMark(claim)
        let answer = proof(port: claim.port, mark)
        questions[claim.port] = Question(mark: mark, answer: answer)
        note(claim.port, answer)
        return answer
    }

    /// All pods have been listed.
    mutating func synced() -> Set<Int> {
        guard !isSynced else { return [] }
        isSynced = true
        return revised(unsettled)
    }

    /// A relay is ready.
    mutating func arrived(_ number: RelayNumber) -> Set<Int> {
        guard relays[number] == nil else { return [] }
        relays[number] = Relay()
        awaitedCount += 1
        return revised(unsettled)
    }

    /// A relay is gone, or not ready any more.
    mutating func left(_ number: RelayNumber) -> Set<Int> {
        guard let relay = relays.removeValue(forKey: number) else { return [] }
        uncount(relay.speech)
        return forgot(relay)
    }

    /// A relay can't be heard or understood, or has had its time to answer for the first time.
    mutating func silenced(_ number: RelayNumber) -> Set<Int> {
        guard let relay = relays[number] else { return [] }
        if case .silent = relay.speech { return [] }
        uncount(relay.speech)
        relays[number] = Relay(speech: .silent)
        return forgot(relay)
    }

    /// What a relay has said counts no more.
    private mutating func forgot(_ relay: Relay) -> Set<Int> {
        var touched = unsettled
        for (port, entry) in relay.entries {
            release(entry)
            touched.insert(port)
        }
        return revised(touched)
    }

    /// The time for a first answer is over.
    mutating func gaveUpWaiting(for number: RelayNumber) -> Set<Int> {
        guard case .awaited = relays[number]?.speech else { return [] }
        return silenced(number)
    }

    /// A relay has answered.
    mutating func heard(_ answer: RelayAnswer, from number: RelayNumber) -> Set<Int> {
        guard let speech = relays[number]?.speech else { return [] }
        var touched: Set<Int> = []
        switch speech {
        case .speaking: break
        case .awaited, .silent:
            // Changes of something that isn't known say nothing.
            guard answer.isComplete else { return [] }
            uncount(speech)
            relays[number]?.speech = .speaking
            speakingCount += 1
            touched = unsettled
        }
        if answer.isComplete {
            let kept = Set(answer.items.map(\.port))
            for port in relays[number]?.entries.keys.filter({ !kept.contains($0) }) ?? [] {
                set(nil, port, number, &touched)
            }
        }
        for port in answer.closed { set(nil, port, number, &touched) }
        for item in answer.items { set(entry(item), item.port, number, &touched) }
        return revised(touched)
    }

    private mutating func entry(_ item: RelayAnswer.Item) -> Entry {
        switch item.lookup {
        case .pending: return Entry(mark: item.mark, lookup: .pending)
        case .found: return Entry(mark: item.mark, lookup: .found)
        case .failed(let reason, let message):
            let failure = FailureTable.Failure(
                reason: reason.isEmpty ? StatusReason.failed : BoundedText.line(reason, limit: Self.reasonLimit),
                message: BoundedText.line(message, limit: Self.messageLimit)
            )
            return Entry(mark: item.mark, lookup: .failed(failures.take(failure)))
        }
    }

    private mutating func set(_ entry: Entry?, _ port: Int, _ number: RelayNumber, _ touched: inout Set<Int>) {
        let old = relays[number]?.entries[port]
        if let old { release(old) }
        relays[number]?.entries[port] = entry
        if old?.mark != entry?.mark || old?.lookup != entry?.lookup { touched.insert(port) }
    }

    private mutating func release(_ entry: Entry) {
        if case .failed(let token) = entry.lookup { failures.release(token) }
    }

    private mutating func uncount(_ speech: Relay.Speech) {
        switch speech {
        case .awaited: awaitedCount -= 1
        case .speaking: speakingCount -= 1
        case .silent: break
        }
    }

    /// Those of the ports whose proof is another one now.
    private mutating func revised(_ ports: Set<Int>) -> Set<Int> {
        var revised: Set<Int> = []
        for port in ports {
            guard let question = questions[port] else { continue }
            let answer = proof(port: port, question.mark)
            guard answer != question.answer else { continue }
            questions[port]?.answer = answer
            note(port, answer)
            revised.insert(port)
        }
        return revised
    }

    private mutating func note(_ port: Int, _ answer: RouteProof) {
        switch answer {
        case .noRelay, .awaited, .unknown: unsettled.insert(port)
        case .lookingUp, .open, .failed: unsettled.remove(port)
        }
    }

    /// The best that any relay says: open, then failed, then being looked up.
    private func proof(port: Int, _ mark: RouteMark) -> RouteProof {
        var isLookingUp = false
        var failure: FailureTable.Failure?
        for relay in relays.values {
            guard let entry = relay.entries[port], entry.mark == mark else { continue }
            switch entry.lookup {
            case .found: return .open
            case .pending: isLookingUp = true
            case .failed(let token):
                // Of several the same one every time, so that the status doesn't change back and forth.
                let other = failures[token]
                if let other, failure.map({ (other.reason, other.message) < ($0.reason, $0.message) }) ?? true {
                    failure = other
                }
            }
        }
        if let failure { return .failed(reason: failure.reason, message: failure.message) }
        if isLookingUp { return .lookingUp }
        if !isSynced || awaitedCount > 0 { return .awaited }
        return relays.isEmpty ? .noRelay : .unknown
    }
}

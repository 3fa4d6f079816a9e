internal import DestinationModel
internal import RelayRoutes

/// Keeps what each relay has open, and sums it up for each route that somebody asks about. Pure.
///
/// Every event answers the ports whose proof is another one now than what was last answered; of ports that nobody has asked
/// about there is nothing to tell.
///
/// What a relay said last is remembered for as long as its pod is there, though it proves nothing while the relay is silent
/// or not ready: no port that it may still serve is given to anybody else.
struct RelayBook {
    /// What one relay says of one port.
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
            /// It hasn't been heard since it appeared, or became ready unheard: to `speaking` or `silent`.
            case awaited
            /// What it says is in `entries`: to `silent`.
            case speaking
            /// It can't be heard or understood: to `speaking`, or to `awaited` when it becomes ready.
            case silent
        }

        /// Whether connections are led to it: what one says that isn't ready proves nothing.
        var isReady = false
        var speech = Speech.awaited
        /// What it says, or said last.
        var entries: [Int: Entry] = [:]

        var isAwaited: Bool { isReady && speech == .awaited }
        var isProving: Bool { isReady && speech == .speaking }
    }

    private struct Question {
        let mark: RouteMark
        var answer: RouteProof
    }

    /// Stands for a pod.
    typealias RelayNumber = Int

    private var relays: [RelayNumber: Relay] = [:]
    private var failures = FailureTable()
    /// What was asked last about each port.
    private var questions: [Int: Question] = [:]
    /// The ports whose answer may change though no relay's entry for them does.
    private var unsettled: Set<Int> = []
    /// Whether the pods are known: until then every answer is yet to come.
    private var isSynced = false

    /// How many relays there are.
    var counts: RelayCounts {
        RelayCounts(ready: relays.values.count(where: \.isReady), reporting: relays.values.count(where: \.isProving))
    }
    /// Whether each relay that is ready has been heard, or has had its time.
    var isSettled: Bool { isSynced && !relays.values.contains(where: \.isAwaited) }
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

    /// There is a relay. It isn't ready until ``becameReady(_:)``.
    mutating func appeared(_ number: RelayNumber) {
        relays[number] = Relay()
    }

    /// A relay is ready. Answers too whether it is yet to be heard.
    mutating func becameReady(_ number: RelayNumber) -> (isAwaited: Bool, revised: Set<Int>) {
        guard var relay = relays[number], !relay.isReady else { return (false, []) }
        relay.isReady = true
        if relay.speech == .silent { relay.speech = .awaited }
        return (relay.isAwaited, replace(number, by: relay))
    }

    /// A relay isn't ready any more.
    mutating func wentAway(_ number: RelayNumber) -> Set<Int> {
        guard var relay = relays[number], relay.isReady else { return [] }
        relay.isReady = false
        return replace(number, by: relay)
    }

    /// A relay can't be heard or understood.
    mutating func silenced(_ number: RelayNumber) -> Set<Int> {
        guard var relay = relays[number], relay.speech != .silent else { return [] }
        relay.speech = .silent
        return replace(number, by: relay)
    }

    /// The time for a first answer of a relay that is ready is over.
    mutating func gaveUpWaiting(for number: RelayNumber) -> Set<Int> {
        relays[number]?.isAwaited == true ? silenced(number) : []
    }

    /// A relay is gone for ever.
    mutating func left(_ number: RelayNumber) -> Set<Int> {
        let changes = wentAway(number)
        for entry in relays.removeValue(forKey: number)?.entries.values ?? [:].values { release(entry) }
        return changes
    }

    /// What a relay has said counts otherwise now.
    private mutating func replace(_ number: RelayNumber, by relay: Relay) -> Set<Int> {
        relays[number] = relay
        return revised(unsettled.union(relay.entries.keys))
    }

    /// A relay has answered.
    mutating func heard(_ answer: RelayAnswer, from number: RelayNumber) -> Set<Int> {
        guard let relay = relays[number] else { return [] }
        var touched: Set<Int> = []
        if relay.speech != .speaking {
            // Changes of something that isn't known say nothing.
            guard answer.isComplete else { return [] }
            relays[number]?.speech = .speaking
            touched = unsettled.union(relay.entries.keys)
        }
        if answer.isComplete {
            let kept = Set(answer.items.map(\.port))
            for port in relay.entries.keys where !kept.contains(port) { set(nil, port, number, &touched) }
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
            let failure = FailureTable.Failure(reason: reason, message: message)
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
        case .lookingUp, .open, .failed, .contradicted: unsettled.remove(port)
        }
    }

    /// The best that any relay says: open, then failed, then being looked up. But one that serves the port otherwise spoils
    /// it, for connections come to all of them.
    private func proof(port: Int, _ mark: RouteMark) -> RouteProof {
        var isOpen = false
        var isLookingUp = false
        var failure: FailureTable.Failure?
        for relay in relays.values where relay.isProving {
            guard let entry = relay.entries[port] else { continue }
            guard entry.mark == mark else { return .contradicted }
            switch entry.lookup {
            case .found: isOpen = true
            case .pending: isLookingUp = true
            case .failed(let token):
                // Of several the same one every time, so that the status doesn't change back and forth.
                let other = failures[token]
                if let other, failure.map({ (other.reason, other.message) < ($0.reason, $0.message) }) ?? true {
                    failure = other
                }
            }
        }
        if isOpen { return .open }
        if let failure { return .failed(reason: failure.reason, message: failure.message) }
        if isLookingUp { return .lookingUp }
        guard isSettled else { return .awaited }
        return relays.values.contains(where: \.isReady) ? .unknown : .noRelay
    }

    // MARK: Ports that may still be served

    /// Whether a relay may have a port open. One that is ready and isn't heard may have opened any since; of one that isn't
    /// ready it counts what it said last, for one that crashes time and again would hold everything for ever.
    func mayServe(_ port: Int) -> Bool {
        guard isSynced else { return true }
        return relays.values.contains { relay in
            (relay.isReady && relay.speech != .speaking) || relay.entries[port] != nil
        }
    }

    /// Whether a relay has a port open for somebody else, as far as it has said.
    func serves(_ port: Int, forOthersThan holder: PortHolder.Mark) -> Bool {
        relays.values.contains { relay in
            relay.entries[port].map { $0.mark.holder != holder } ?? false
        }
    }
}

import Synchronization

/// The faults that a sink suffers from; can be changed at any time, from any thread.
public final class SinkScript: Sendable {
    /// What a fault is matched against.
    struct Occasion {
        var stage: SinkStage
        var addresses: [String] = []
        var user: String?
        var session: Int
    }

    private struct Entry {
        var fault: SinkFault
        var seen = 0
        var struck = 0
    }

    private let entries = Mutex<[Entry]>([])

    init() {}

    /// Adds a fault. Where several apply, the one added first strikes.
    public func add(_ fault: SinkFault) {
        entries.withLock { $0.append(Entry(fault: fault)) }
    }

    /// Ends all misbehaviour. Gates that hold sessions stay closed until they are opened.
    public func clear() {
        entries.withLock { $0.removeAll() }
    }

    /// How often faults at `stage` have struck, those of cleared faults not counted.
    public func strikes(at stage: SinkStage) -> Int {
        entries.withLock { entries in
            entries.reduce(0) { $0 + ($1.fault.stage == stage ? $1.struck : 0) }
        }
    }

    /// The misbehaviour due at this occasion, if any.
    func strike(_ occasion: Occasion) -> SinkFault.Action? {
        entries.withLock { entries in
            for index in entries.indices where Self.matches(entries[index].fault, occasion) {
                entries[index].seen += 1
                let fault = entries[index].fault
                guard entries[index].seen > fault.skipping else { continue }
                if let times = fault.times, entries[index].struck >= times { continue }
                entries[index].struck += 1
                return fault.action
            }
            return nil
        }
    }

    private static func matches(_ fault: SinkFault, _ occasion: Occasion) -> Bool {
        guard fault.stage == occasion.stage else { return false }
        switch fault.match {
        case .any:
            return true
        case .address(let address):
            return occasion.addresses.contains { $0.lowercased() == address.lowercased() }
        case .localPart(let localPart):
            return occasion.addresses.contains { address in
                let end = address.lastIndex(of: "@") ?? address.endIndex
                return address[..<end].lowercased() == localPart.lowercased()
            }
        case .user(let user):
            return occasion.user == user
        case .session(let session):
            return occasion.session == session
        }
    }
}

/// Has routes look their destinations up although no mail waits for them: a few at a time for each instance, so that the
/// look-up that mail does wait for isn't the last of thousands, and an instance that is slow delays no other.
actor BackgroundLookUps {
    /// Look-ups at a time for each instance.
    static let limit = 8

    private struct Line {
        var ports: [Int] = []
        var waiting: Set<Int> = []
        var running = 0
    }

    private let lookUp: @Sendable (Int) async -> Void
    private var lines: [String: Line] = [:]

    /// - Parameter lookUp: looks the destination of a port's route up.
    init(_ lookUp: @escaping @Sendable (Int) async -> Void) {
        self.lookUp = lookUp
    }

    init(_ table: RouteTable) {
        self.init { [weak table] port in await table?.refresh(port: port) }
    }

    /// Has these ports looked up soon. One that waits already waits on; one that is being looked up is so once more.
    func add(_ ports: [String: [Int]]) {
        for (instance, ports) in ports {
            for port in ports where lines[instance, default: Line()].waiting.insert(port).inserted {
                lines[instance]?.ports.append(port)
            }
            startMore(instance)
        }
    }

    private func startMore(_ instance: String) {
        guard var line = lines[instance] else { return }
        let room = min(Self.limit - line.running, line.ports.count)
        guard room > 0 else { return }
        for port in line.ports.prefix(room) {
            line.waiting.remove(port)
            line.running += 1
            Task {
                await lookUp(port)
                ended(instance)
            }
        }
        line.ports.removeFirst(room)
        lines[instance] = line
    }

    private func ended(_ instance: String) {
        lines[instance]?.running -= 1
        startMore(instance)
        if lines[instance]?.running == 0, lines[instance]?.ports.isEmpty == true { lines[instance] = nil }
    }
}

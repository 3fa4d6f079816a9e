/// Has routes look their destinations up although no mail waits for them: a few at a time for each instance, so that the
/// look-up that mail does wait for isn't the last of thousands, and an instance that is slow delays no other.
actor BackgroundLookUps {
    /// Look-ups at a time for each instance.
    static let limit = 8

    /// An instance's. A class, lest its thousands of ports be copied with every look-up.
    private final class Line {
        /// Those that wait, in order from `next` on.
        private var ports: [Int] = []
        private var next = 0
        private var waiting: Set<Int> = []
        var running = 0

        var isEmpty: Bool { next == ports.count }

        func append(_ port: Int) {
            if waiting.insert(port).inserted { ports.append(port) }
        }

        func popFirst() -> Int? {
            guard next < ports.count else { return nil }
            let port = ports[next]
            next += 1
            waiting.remove(port)
            if isEmpty { (ports, next) = ([], 0) }
            return port
        }
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
            let line = lines[instance] ?? Line()
            lines[instance] = line
            for port in ports { line.append(port) }
            startMore(line, instance)
        }
    }

    private func startMore(_ line: Line, _ instance: String) {
        while line.running < Self.limit, let port = line.popFirst() {
            line.running += 1
            Task {
                await lookUp(port)
                ended(instance)
            }
        }
        if line.running == 0 { lines[instance] = nil }
    }

    private func ended(_ instance: String) {
        guard let line = lines[instance] else { return }
        line.running -= 1
        startMore(line, instance)
    }
}

/// Reads what `kubectl port-forward` says of the ports that it has opened.
struct PortForwardReader: Hashable, Sendable {
    private let wanted: Set<Int>
    /// The pod's ports, and those of the loopback that lead to them.
    private(set) var ports: [Int: Int] = [:]

    init(ports: some Sequence<Int>) {
        wanted = Set(ports)
    }

    /// Whether every port that is wanted is open.
    var isComplete: Bool { ports.count == wanted.count }

    /// Reads a line, such as `Forwarding from 127.0.0.1:41234 -> 9494`; any other says nothing.
    mutating func read(_ line: some StringProtocol) {
        let prefix = "Forwarding from 127.0.0.1:"
        guard line.hasPrefix(prefix) else { return }
        let words = line.dropFirst(prefix.count).split(separator: " ")
        guard words.count == 3, words[1] == "->", let local = Self.port(words[0]), let remote = Self.port(words[2]),
            wanted.contains(remote)
        else { return }
        ports[remote] = local
    }

    private static func port(_ text: some StringProtocol) -> Int? {
        guard let port = Int(text), (1...65_535).contains(port) else { return nil }
        return port
    }
}

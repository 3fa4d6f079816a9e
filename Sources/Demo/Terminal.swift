import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Lines for the person at the terminal, in colour where there is a terminal that wants it.
final class Terminal: Sendable {
    enum Style: String {
        case plain = ""
        case bold = "\u{1B}[1m"
        case dim = "\u{1B}[2m"
        case green = "\u{1B}[32m"
        case cyan = "\u{1B}[36m"
    }

    private let isColoured: Bool
    /// Lines come from several threads; each is written whole.
    private let lock = Mutex(())

    init() {
        let environment = { (name: String) in getenv(name).map { String(cString: $0) } ?? "" }
        isColoured = isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").isEmpty && environment("TERM") != "dumb"
    }

    func say(_ line: String = "", _ style: Style = .plain) {
        let safe = Self.harmless(line)
        let text = isColoured && style != .plain ? style.rawValue + safe + "\u{1B}[0m" : safe
        put(text, STDOUT_FILENO)
    }

    /// To standard error.
    func complain(_ line: String) {
        put("tproxy-demo: \(Self.harmless(line))", STDERR_FILENO)
    }

    /// What a client or server sent must not steer the terminal.
    private static func harmless(_ line: String) -> String {
        String(String.UnicodeScalarView(line.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }

    private func put(_ text: String, _ descriptor: Int32) {
        let bytes = Array((text + "\n").utf8)
        lock.withLock { _ in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}

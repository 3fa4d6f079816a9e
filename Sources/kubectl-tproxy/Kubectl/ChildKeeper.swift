import Dispatch
import Glibc
import Synchronization

/// Ends programs that would go on by themselves when the plugin is told to end.
///
/// A terminal tells all of them; what stops a job may tell the plugin alone.
final class ChildKeeper: Sendable {
    static let shared = ChildKeeper()

    private struct State {
        var children: Set<pid_t> = []
        var sources: [any DispatchSourceSignal] = []
    }

    private static let signals = [SIGTERM, SIGHUP, SIGINT]

    private let state = Mutex(State())

    /// Looks after a program.
    ///
    /// - Parameter child: Its process, which isn't waited for before ``release(_:)``.
    func keep(_ child: pid_t) {
        state.withLock { state in
            if state.children.isEmpty { state.sources = Self.signals.map(watch) }
            state.children.insert(child)
        }
    }

    func release(_ child: pid_t) {
        state.withLock { state in
            state.children.remove(child)
            guard state.children.isEmpty else { return }
            for source in state.sources { source.cancel() }
            for number in Self.signals { signal(number, SIG_DFL) }
            state.sources = []
        }
    }

    private func watch(_ number: Int32) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { [self] in
            state.withLock { state in
                for child in state.children { kill(child, SIGTERM) }
            }
            // Ends as if nobody had looked.
            signal(number, SIG_DFL)
            kill(getpid(), number)
        }
        source.resume()
        return source
    }
}

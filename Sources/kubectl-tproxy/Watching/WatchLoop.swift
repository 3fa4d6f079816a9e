import Synchronization

/// Shows how Destinations change, until the task is cancelled or there is nothing more to show.
struct WatchLoop {
    /// How long what is drawn stays at least: longer than anybody sees.
    private static let shortest = Duration.milliseconds(100)

    let session: Session
    /// Of `kubectl get`.
    let arguments: [String]
    /// Whether it ends when everything was deleted.
    let endsWithDeletion: Bool

    private final class State: Sendable {
        let list = Mutex(WatchedList())
    }

    /// - Parameter lines: What to show.
    /// - Throws: `KubectlError` if it can't be listed the first time, `OutputClosed`.
    func run(_ lines: (WatchedList, Screen) -> [StyledText]) async throws {
        let state = State()
        let (signals, signal) = AsyncThrowingStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let watching = Task { [session, arguments] in
            do {
                try await session.kubectl.watch(arguments) { event in
                    state.list.withLock { $0.receive(event) }
                    signal.yield()
                }
                signal.finish()
            } catch {
                signal.finish(throwing: error)
            }
        }
        var screen = LiveScreen(session.output)
        // Ages grow though nothing changes.
        let ticking =
            screen.isInPlace ? Task { while (try? await Task.sleep(for: .seconds(1))) != nil { signal.yield() } } : nil
        defer {
            watching.cancel()
            ticking?.cancel()
        }
        var wasDeleted = false
        for try await _ in signals {
            let list = state.list.withLock(\.self)
            try screen.draw { lines(list, $0) }
            wasDeleted = list.isDeleted
            if wasDeleted, endsWithDeletion { break }
            try await Task.sleep(for: Self.shortest)
        }
        watching.cancel()
        await watching.value
    }
}

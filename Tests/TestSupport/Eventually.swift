public import Testing

/// Waits until a condition holds; records a failure if it doesn't within half a minute, which no passing test takes.
public func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record(what)
            return
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// What a test waited for did not come about.
struct TimedOut: Error, CustomStringConvertible {
    let what: String
    let limit: Duration

    var description: String { "gave up after \(limit) waiting for \(what)" }
}

/// The first value that `value` gives, asked again and again until then.
///
/// The limit only bounds how long a failing test takes: no test asserts how fast something is.
///
/// - Throws: `TimedOut` when `limit` has passed, and whatever `value` throws, at once.
func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(20),
    isolation: isolated (any Actor)? = #isolation,
    _ value: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    while true {
        if let found = try await value() { return found }
        guard clock.now < end else { throw TimedOut(what: what, limit: limit) }
        try await clock.sleep(for: .milliseconds(20))
    }
}

internal import HTTPTransport

/// The lines of one watch as they arrive. Dropping it closes its connection.
struct WatchStream {
    private var chunks: HTTPResponseBody.AsyncIterator
    private var splitter = LineSplitter(maximumLength: AnswerReader.maximumObjectOctets)
    private let opened = ContinuousClock.now

    init(_ body: HTTPResponseBody) {
        chunks = body.makeAsyncIterator()
    }

    var age: Duration { opened.duration(to: .now) }

    /// The next line; `nil` at the end of the stream.
    ///
    /// - Throws: `malformedAnswer` where the end cuts off a line: it is the first thing that the next watch brings.
    mutating func next(isolation actor: isolated (any Actor)?) async throws(KubernetesError) -> WatchLine? {
        while true {
            if let line = try splitter.next() { return try WatchLine(line) }
            do {
                if let chunk = try await chunks.next(isolation: actor) {
                    splitter.append(chunk)
                    continue
                }
            } catch {
                throw KubernetesError(error)
            }
            guard splitter.isAtLineStart else {
                throw KubernetesError(.malformedAnswer, "the watch ends within a line")
            }
            return nil
        }
    }
}

internal import Glibc
internal import Synchronization

/// A name look-up that a request waits for. It ends with the answer, at the time limit, or when the task is cancelled,
/// whichever is first.
final class NameLookup: Sendable {
    typealias Answer = Result<[[UInt8]], HTTPError>

    private struct State {
        var answer: Answer?
        var continuation: CheckedContinuation<Answer, Never>?
    }

    private let state = Mutex(State())

    /// Looks the request's host up, unless it is an address. What the look-up took is taken off the time limit for
    /// connecting.
    ///
    /// - Throws: `resolve`, `connectTimeout` or `cancelled`.
    static func prepare(
        _ request: inout PreparedRequest,
        _ lookUp: HTTPClientConfiguration.LookUp?
    ) async throws(HTTPError) {
        guard let lookUp, request.target.address == nil else { return }
        let (start, target, share) = (ContinuousClock.now, request.target, request.share)
        let addresses = try await NameLookup().answer(within: request.timeouts.connect, for: target) { completion in
            lookUp(target.host, share, completion)
        }
        let texts = addresses.compactMap(text)
        guard !texts.isEmpty else { throw HTTPError(.resolve, origin: target.origin) }
        request.addresses = texts.joined(separator: ",")
        request.timeouts.connect = max(request.timeouts.connect - start.duration(to: .now), .milliseconds(1))
    }

    private func answer(
        within limit: Duration,
        for target: RequestTarget,
        _ ask:
            @Sendable (
                _ completion: @escaping @Sendable (Result<[[UInt8]], HTTPClientConfiguration.LookUpFailure>) -> Void
            )
            -> @Sendable () -> Void
    ) async throws(HTTPError) -> [[UInt8]] {
        let answer = await withTaskCancellationHandler {
            let withdraw = ask { result in
                self.end(result.mapError { HTTPError(.resolve, origin: target.origin, detail: $0.reason) })
            }
            let timer = Task {
                try await Task.sleep(for: limit)
                self.end(.failure(HTTPError(.connectTimeout, origin: target.origin, detail: "looking up the name")))
            }
            defer {
                timer.cancel()
                withdraw()
            }
            return await withCheckedContinuation { continuation in
                let answer = state.withLock { state in
                    if state.answer == nil { state.continuation = continuation }
                    return state.answer
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            end(.failure(HTTPError(.cancelled, origin: target.origin)))
        }
        return try answer.get()
    }

    /// Only the first call counts.
    private func end(_ answer: Answer) {
        let continuation = state.withLock { state -> CheckedContinuation<Answer, Never>? in
            guard state.answer == nil else { return nil }
            state.answer = answer
            return state.continuation.take()
        }
        continuation?.resume(returning: answer)
    }

    /// An address as CURLOPT_RESOLVE takes it.
    private static func text(_ address: [UInt8]) -> String? {
        guard address.count == 4 || address.count == 16 else { return nil }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = address.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, address, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return address.count == 4 ? text : "[\(text)]"
    }
}

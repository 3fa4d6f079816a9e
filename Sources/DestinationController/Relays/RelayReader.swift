internal import HTTPTransport

/// Asks relays for their page of changes.
struct RelayReader: Sendable {
    /// Why there is no answer to use.
    struct Failure: Error, CustomStringConvertible {
        /// Something answered, and it isn't what relays say.
        let isNonsense: Bool
        let description: String
    }

    /// How long a relay that is asked for everything may say nothing at all.
    static let stall = Duration.seconds(3)

    private let http: HTTPClient
    /// Whole lists are large, and after a start all relays have one to tell: they take turns.
    private let turns = Turns(limit: 2)
    /// The turns of those that didn't answer the last time, so that relays that hang keep nobody else waiting.
    private let otherTurns = Turns(limit: 2)
    private let wait: Int

    /// - Parameter wait: How long a relay that has nothing new waits for it, in seconds.
    init(wait: Int = 5) throws(HTTPError) {
        var configuration = HTTPClientConfiguration()
        // Pods are reached directly, whatever leads out of the cluster.
        configuration.proxy = .none
        configuration.maximumIdleConnections = 64
        http = try HTTPClient(configuration)
        self.wait = wait
    }

    /// Asks a relay, which takes as long as it has nothing to say.
    ///
    /// - Parameters:
    ///   - cursor: How far its changes are known; `nil` asks for everything.
    ///   - isRepeated: Whether the last attempt failed.
    func read(_ pod: RelayPod, after cursor: RelayCursor?, isRepeated: Bool) async throws(Failure) -> RelayAnswer {
        guard cursor == nil else {
            return try await ask(pod, cursor, overall: .seconds(wait + 15), stall: .seconds(wait + 5))
        }
        let turns = isRepeated ? otherTurns : turns
        await turns.begin()
        let result: Result<RelayAnswer, Failure>
        do throws(Failure) {
            result = .success(try await ask(pod, nil, overall: .seconds(15), stall: Self.stall))
        } catch {
            result = .failure(error)
        }
        await turns.end()
        return try result.get()
    }

    func shutdown() async {
        await http.shutdown()
    }

    private func ask(
        _ pod: RelayPod,
        _ cursor: RelayCursor?,
        overall: Duration,
        stall: Duration
    ) async throws(Failure) -> RelayAnswer {
        let request = HTTPRequest(
            url: pod.changes(after: cursor, wait: wait),
            timeouts: HTTPTimeouts(connect: .seconds(2), overall: overall, stall: stall),
            maximumResponseBytes: RelayAnswer.maximumOctets
        )
        let response: HTTPResponse
        do {
            response = try await http.execute(request)
        } catch {
            let isNonsense = error.code == .protocolViolation || error.code == .bodyTooLarge
            throw Failure(isNonsense: isNonsense, description: "\(error)")
        }
        guard response.status == 200 else {
            // A relay that is overloaded or about to end may say so.
            let isNonsense = response.status != 503 && response.status != 429
            throw Failure(isNonsense: isNonsense, description: "the answer has status \(response.status)")
        }
        do {
            return try RelayAnswer(response.body, asked: cursor)
        } catch {
            throw Failure(isNonsense: true, description: "the answer makes no sense: \(error.rawValue)")
        }
    }
}

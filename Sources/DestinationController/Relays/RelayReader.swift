internal import HTTPTransport

/// Asks relays for their page of changes.
struct RelayReader: Sendable {
    /// Why there is no answer to use.
    struct Failure: Error, CustomStringConvertible {
        /// Something answered, and it isn't what relays say.
        let isNonsense: Bool
        let description: String
    }

    private let http: HTTPClient
    /// Whole lists are large, and after a start all relays have one to tell: they take turns.
    private let turns = Turns(limit: 2)
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
    func read(_ pod: RelayPod, after cursor: RelayCursor?) async throws(Failure) -> RelayAnswer {
        guard cursor == nil else { return try await ask(pod, cursor) }
        await turns.begin()
        let result: Result<RelayAnswer, Failure>
        do throws(Failure) {
            result = .success(try await ask(pod, nil))
        } catch {
            result = .failure(error)
        }
        await turns.end()
        return try result.get()
    }

    func shutdown() async {
        await http.shutdown()
    }

    private func ask(_ pod: RelayPod, _ cursor: RelayCursor?) async throws(Failure) -> RelayAnswer {
        let request = HTTPRequest(
            url: pod.changes(after: cursor, wait: wait),
            timeouts: HTTPTimeouts(connect: .seconds(2), overall: .seconds(wait + 15), stall: .seconds(wait + 5)),
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

internal import DestinationModel
internal import HTTPTransport
import ObjectModel

/// Finds destinations with one service binding. It keeps nothing but tokens and connections.
struct DestinationServiceClient: Sendable {
    private let http: HTTPClient
    private let tokens: ServiceTokens
    private let settings: DestinationServiceSettings
    private let pause: @Sendable (Duration) async -> Void

    /// - Parameters:
    ///   - http: Makes the look-ups.
    ///   - tokens: Our own tokens.
    ///   - pause: Waits before another attempt.
    init(
        http: HTTPClient,
        tokens: ServiceTokens,
        settings: DestinationServiceSettings,
        pause: @escaping @Sendable (Duration) async -> Void
    ) {
        self.http = http
        self.tokens = tokens
        self.settings = settings
        self.pause = pause
    }

    /// Finds a destination. What fails for a moment only is tried again; a look-up changes nothing, so it may be.
    func find(_ reference: DestinationReference) async throws(LookUpFailure) -> FoundDestination {
        var failures = 0
        while true {
            do {
                return try await findOnce(reference)
            } catch {
                failures += 1
                guard error.isFleeting, failures <= settings.retries else { throw error }
                await pause(settings.retryPause * Double(1 << (failures - 1)) * Double.random(in: 0.5...1))
            }
        }
    }

    private func findOnce(_ reference: DestinationReference) async throws(LookUpFailure) -> FoundDestination {
        let request = try DestinationRequest(reference)
        do {
            return try await ask(request, reference, withFragment: true)
        } catch {
            guard error.code == .noSuchDestination, let fragment = reference.fragment else { throw error }
            // Which of the two is missing? The answer doesn't say it in a way to rely on.
            let missing = LookUpFailure(.noSuchFragment, "fragment \(Quoted(fragment.name))")
            do throws(LookUpFailure) {
                let found = try await ask(request, reference, withFragment: false)
                guard fragment.isOptional else { throw missing }
                return found
            } catch {
                // There is a destination, which may well be incomplete without its fragment.
                let isThere = !error.code.isSourceDown && error.code != .noSuchDestination
                throw isThere && !fragment.isOptional ? missing : error
            }
        }
    }

    private func ask(
        _ request: DestinationRequest,
        _ reference: DestinationReference,
        withFragment: Bool
    ) async throws(LookUpFailure) -> FoundDestination {
        let token = try await tokens.token(tenant: reference.tenant)
        var response = try await send(request, token, withFragment)
        if response.status == 401 {
            let renewed = try await tokens.token(tenant: reference.tenant, insteadOf: token)
            response = try await send(request, renewed, withFragment)
        }
        return try DestinationResponse.destination(response, for: reference)
    }

    private func send(
        _ request: DestinationRequest,
        _ token: AccessToken,
        _ withFragment: Bool
    ) async throws(LookUpFailure) -> HTTPResponse {
        let service = tokens.binding.service
        let http = request.http(service, token: token, timeouts: settings.timeouts, withFragment: withFragment)
        do {
            return try await self.http.execute(http)
        } catch {
            throw LookUpFailure(error)
        }
    }
}

import DestinationModel

@testable import DestinationSources
@testable import MailSink

/// Destinations that a test sets, by tenant.
final class ScriptedSource: DestinationSource {
    private struct State {
        var destinations: [String?: ResolvedDestination] = [:]
        var failures: [String?: DestinationLookupError.Code] = [:]
        var gate: SinkGate?
        var lookUps = 0
        var generation: UInt64 = 0
        var origin = DestinationOrigin("one")
    }

    private let state = Observed(State())

    func set(_ destination: MailDestination, tenant: String? = nil) {
        state.mutate { state in
            state.generation += 1
            state.failures[tenant] = nil
            state.destinations[tenant] = ResolvedDestination(
                destination: destination,
                generation: DestinationGeneration(state.generation),
                fetchedAt: .now,
                origin: state.origin
            )
        }
    }

    /// Two answers with one generation, as a faulty source might give them.
    func set(_ destination: MailDestination, tenant: String?, generation: UInt64) {
        state.mutate { state in
            state.destinations[tenant] = ResolvedDestination(
                destination: destination,
                generation: DestinationGeneration(generation),
                fetchedAt: .now,
                origin: state.origin
            )
        }
    }

    func fail(_ code: DestinationLookupError.Code, tenant: String? = nil) {
        state.mutate { $0.failures[tenant] = code }
    }

    /// Asks somebody else from now on.
    func lead(to origin: String) {
        state.mutate { $0.origin = DestinationOrigin(origin) }
    }

    /// Look-ups from now on wait for the gate.
    func hold(_ gate: SinkGate?) {
        state.mutate { $0.gate = gate }
    }

    var lookUps: Int { state.current.lookUps }

    func resolve(_ reference: DestinationReference) async throws(DestinationLookupError) -> ResolvedDestination {
        let gate = state.mutate { state in
            state.lookUps += 1
            return state.gate
        }
        if let gate {
            await withCheckedContinuation { continuation in gate.pass { continuation.resume() } }
        }
        let now = state.current
        if let code = now.failures[reference.tenant] {
            throw DestinationLookupError(code, reference, origin: now.origin)
        }
        guard let found = now.destinations[reference.tenant] else {
            throw DestinationLookupError(.noSuchDestination, reference)
        }
        return found
    }

    func changes() -> DestinationChanges { DestinationChangeHub().subscribe() }
}

import DestinationModel
import Testing

@testable import DestinationSources

@Suite struct DestinationInstancesTests {
    private final class Fixed: DestinationSource {
        let host: String
        let hub = DestinationChangeHub()

        init(host: String) { self.host = host }

        func resolve(
            _ reference: DestinationReference
        ) async throws(DestinationLookupError) -> ResolvedDestination {
            let destination = MailDestination(name: reference.destination, host: host)
            return ResolvedDestination(
                destination: destination,
                generation: DestinationGeneration(1),
                fetchedAt: .now,
                origin: DestinationOrigin(host)
            )
        }

        func changes() -> DestinationChanges { hub.subscribe() }
    }

    private func reference(_ instance: String) -> DestinationReference {
        DestinationReference(destination: "mail", instance: instance)
    }

    @Test func eachReferenceGoesToItsInstance() async throws {
        let all = DestinationInstances()
        all.set("one", to: Fixed(host: "one.example.com"))
        all.set("two", to: Fixed(host: "two.example.com"))
        all.set("three", unusable: "Secret x: lacks clientid")
        #expect(all.instances == ["one", "three", "two"])
        #expect(try await all.resolve(reference("one")).destination.host == "one.example.com")
        #expect(try await all.resolve(reference("two")).destination.host == "two.example.com")
        let unusable = await #expect(throws: DestinationLookupError.self) { try await all.resolve(reference("three")) }
        #expect(unusable?.code == .bindingUnusable)
        #expect(unusable?.description.contains("lacks clientid") == true)
        all.remove("one")
        let gone = await #expect(throws: DestinationLookupError.self) { try await all.resolve(reference("one")) }
        #expect(gone?.code == .noSuchInstance)
    }

    @Test func changesOfAllAreTold() async {
        let all = DestinationInstances()
        let source = Fixed(host: "one.example.com")
        all.set("one", to: source)
        var changes = all.changes().makeAsyncIterator()
        let key = DestinationKey(reference("one"))
        source.hub.publish([key])
        #expect(await changes.next() == .destinations([key]))
        source.hub.publish(.everything)
        #expect(await changes.next() == .everything)
        all.set("one", to: Fixed(host: "other.example.com"))
        #expect(await changes.next() == .everything)
    }

    @Test func everythingCountsForMoreThanAnyKey() async {
        let hub = DestinationChangeHub()
        let key = DestinationKey(reference("one"))
        for order in [[DestinationChange.everything, .destinations([key])], [.destinations([key]), .everything]] {
            var changes = hub.subscribe().makeAsyncIterator()
            for change in order { hub.publish(change) }
            #expect(await changes.next() == .everything)
        }
    }
}

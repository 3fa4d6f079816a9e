import DestinationRules
import ObjectModel
import Testing

@testable import Admission
@testable import Kubernetes

@Suite("The cluster's Destinations")
struct KnownDestinationsTests {
    private let known = KnownDestinations()

    private func claims(_ service: String) -> Bool {
        known.snapshot.claims.claim(of: service, in: "shop", besides: nil) != nil
    }

    private func take(_ events: WatchEvent...) {
        for event in events { known.take(event) }
    }

    @Test("Nothing counts as complete before the first list is")
    func firstList() {
        #expect(!known.snapshot.isComplete)
        take(.restarted, .present(Reviews.destination("a")))
        #expect(!known.snapshot.isComplete && !claims("a"))
        take(.synced)
        #expect(known.snapshot.isComplete && claims("a"))
        #expect(known.count == 1)
    }

    @Test("What an object claimed before it couldn't be read any more, it claims on")
    func unreadable() throws {
        take(.restarted, .present(Reviews.destination("a", tenants: #"["x"]"#)), .synced)
        let metadata = #"{"name":"a","namespace":"shop","resourceVersion":"9"}"#
        let text = JSONSlice(Array(#"{"metadata":\#(metadata)}"#.utf8))
        let object = try #require(UnreadableObject(text, reason: KubernetesError(.answerTooLarge, "")))
        let event = WatchEvent.unreadable(object)
        take(event)
        #expect(claims("a-x") && known.count == 1)
        take(.restarted, event, .synced)
        #expect(claims("a-x") && known.count == 1)
        take(.restarted, .synced)
        #expect(!claims("a-x") && known.count == 0)
    }

    @Test("Changes count at once")
    func changes() {
        take(.restarted, .synced, .present(Reviews.destination("a", tenants: #"["x"]"#)))
        #expect(claims("a-x"))
        take(.present(Reviews.destination("a", tenants: #"["y"]"#)))
        #expect(!claims("a-x") && claims("a-y"))
        take(.deleted(Reviews.destination("a")))
        #expect(!claims("a-y") && known.count == 0)
    }

    @Test("A new list replaces all, and the old one serves until it is complete")
    func newList() {
        take(.restarted, .present(Reviews.destination("a")), .present(Reviews.destination("b")), .synced)
        take(.restarted, .present(Reviews.destination("c")))
        #expect(claims("a") && !claims("c"))
        // The list breaks off, and begins anew.
        take(.restarted, .present(Reviews.destination("b")), .deleted(Reviews.destination("b")))
        take(.present(Reviews.destination("d")), .synced)
        #expect(!claims("a") && !claims("b") && !claims("c") && claims("d"))
        take(.resumed)
        #expect(claims("d") && known.snapshot.isComplete)
    }
}

import DestinationModel
import DestinationRules
import ObjectModel
import Testing

@testable import DestinationController

@Suite("Observed Destination")
struct ObservedDestinationTests {
    private let large = ObjectValue.string(String(repeating: "x", count: 200_000))

    /// A Destination with whatever else people and tools write into it.
    private func crowded() -> ObjectValue {
        Samples.destination(tenants: ["a"], spec: ["chainRef": .object(["name": large, "deep": .array([large])])])
            .setting(["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"], large)
            .setting(["metadata", "annotations", "example.com/note"], large)
            .setting(["metadata", "labels"], .object(["a": large])).setting(
                ["metadata", "finalizers"],
                .array([large])
            )
            .setting(["metadata", "managedFields"], .array([.object(["f": large])]))
            .setting(["metadata", "ownerReferences"], .array([large])).setting(["metadata", "uid"], .string("u"))
            .setting(["metadata", "generation"], .integer(3))
            .setting(["metadata", "creationTimestamp"], .string("2026-01-01T00:00:00Z"))
            .setting(["status"], .object(["observedGeneration": .integer(2)])).setting(["more"], large)
    }

    @Test("What nothing depends on isn't kept")
    func kept() {
        let observed = ObservedDestination(crowded())
        #expect(observed.object.json().count < 1000)
        #expect(observed.uid == "u" && observed.generation == 3 && observed.services == ["mail-a"])
        #expect(observed.object["status"] == .object(["observedGeneration": .integer(2)]))
        #expect(observed.object["metadata"]?["creationTimestamp"] == .string("2026-01-01T00:00:00Z"))
    }

    @Test("It is judged as the whole would be, and changes only where that may be another")
    func judged() {
        let whole = crowded()
        let observed = ObservedDestination(whole)
        let context = RuleContext(instances: Samples.settings.instances)
        func errors(_ object: ObjectValue) -> DestinationRules.Report {
            DestinationRules.check(object, context: context)
        }
        #expect(errors(whole).servable == errors(observed.object).servable)
        #expect(errors(observed.object).servable?.hasChain == true)
        #expect(ObservedDestination(whole.setting(["metadata", "resourceVersion"], .string("9"))) == observed)
        #expect(ObservedDestination(whole.setting(["metadata", "annotations", "example.com/note"], nil)) == observed)
        let tenants = ["metadata", "annotations", DestinationResource.tenantsAnnotation]
        #expect(ObservedDestination(whole.setting(tenants, .string("[]"))) != observed)
        for odd: ObjectValue in [.null, .object([:]), .object(["metadata": .string("x"), "spec": .array([])])] {
            #expect(ObservedDestination(odd).uid == "")
        }
    }
}

import Kubernetes
import ObjectModel
import Testing

@testable import DestinationController

@Suite("Event object")
struct EventObjectTests {
    @Test("Nothing is longer than the API server takes")
    func bounds() throws {
        let long = String(repeating: "x", count: 2000)
        let about = ObjectValue.object([
            "metadata": .object([
                "namespace": .string("shop"), "name": .string(String(repeating: "n", count: 253)),
                "uid": .string("uid"),
            ])
        ])
        let event = EventObject(about: about, run: "abc", number: 35)
        let object = event.object(EventNote(.warning, reason: long, note: long), instance: long, now: .at(0))
        #expect(object["note"]?.stringValue?.utf8.count == 1024)
        #expect(object["reason"]?.stringValue?.utf8.count == 128)
        #expect(object["reportingInstance"]?.stringValue?.utf8.count == 128)
        #expect(event.name.utf8.count <= 253 && event.name.hasSuffix(".abc.23"))
        #expect(object["regarding"]?["uid"] == .string("uid"))
        let empty = event.object(EventNote(.normal, reason: "", note: ""), instance: "", now: .at(0))
        #expect(empty["reason"] == .string("ConfigurationFailed"))
        #expect(empty["reportingInstance"] == .string("tproxy-manager"))
    }
}

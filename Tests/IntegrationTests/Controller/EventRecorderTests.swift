import Kubernetes
import ObjectModel
import Synchronization
import Testing

@testable import DestinationController

/// Events as people see them.
@Suite
struct EventRecorderTests {
    private final class Written: Sendable {
        let count = Mutex(0)
    }

    /// Records while the test does its work.
    private func record(
        in scene: StatusScene,
        _ body: (EventRecorder, Written) async throws -> Void
    ) async throws {
        let written = Written()
        let board = ControllerBoard { event in
            if event == .wrote(.event) { written.count.withLock { $0 += 1 } }
        }
        let recorder = EventRecorder(scene.client, instance: "manager-1", board: board, logger: .silent)
        let task = Task { await recorder.run() }
        defer { task.cancel() }
        try await body(recorder, written)
    }

    private let note = EventNote(.warning, reason: "PortRangeExhausted", note: "all relay ports are taken; widen them")

    @Test("kubectl get events and kubectl describe show them")
    func shown() async throws {
        let scene = try await StatusScene()
        let destination = try await scene.create()
        try await record(in: scene) { recorder, written in
            let ready = EventNote(.normal, reason: "ConfigurationSuccessful", note: "mail can be sent")
            recorder.record([self.note, ready], about: destination)
            // The same again is the same Event.
            recorder.record([self.note], about: destination)
            try await eventually("both to be written") { written.count.withLock { $0 } == 2 ? () : nil }
        }
        let events = try await scene.kubectl.check(["get", "events", "-n", scene.namespace])
        #expect(events.contains("destination/mail") && events.contains("all relay ports are taken; widen them"))
        let description = try await scene.kubectl.check(["describe", "destination", "-n", scene.namespace, "mail"])
        #expect(description.contains("PortRangeExhausted") && description.contains("mail can be sent"))
        #expect(description.contains("tproxy-manager"))
        let stored = try await scene.client.list(.events, in: scene.namespace)
        #expect(stored.count == 2)
        #expect(stored.allSatisfy { $0["reportingInstance"] == .string("manager-1") })
        await scene.remove()
    }

    @Test("What can't be written keeps nothing else from being written")
    func unwritable() async throws {
        let scene = try await StatusScene()
        let destination = try await scene.create()
        let stranger = ObjectValue.object([
            "metadata": .object([
                "name": .string("mail"), "namespace": .string("no-such-namespace"), "uid": .string("u"),
            ])
        ])
        try await record(in: scene) { recorder, written in
            recorder.record([self.note], about: stranger)
            recorder.record([self.note], about: .null)
            recorder.record([self.note], about: destination)
            try await eventually("the last to be written") { written.count.withLock { $0 } == 1 ? () : nil }
        }
        #expect(try await scene.client.list(.events, in: scene.namespace).count == 1)
        await scene.remove()
    }

    @Test("The API server takes a series")
    func series() async throws {
        let scene = try await StatusScene()
        let destination = try await scene.create()
        let event = EventObject(about: destination, run: "run", number: 1)
        try await scene.client.create(.events, event.object(self.note, instance: "manager-1", now: .now))
        let series = EventObject.series(count: 7, now: .now)
        let stored = try await scene.client.mergePatch(.events, event.name, in: scene.namespace, series)
        #expect(stored["series"]?["count"] == .integer(7))
        await scene.remove()
    }
}

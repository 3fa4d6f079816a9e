import ObjectModel
import Testing

@testable import Kubernetes

/// Watches of a real API server.
@Suite
struct WatchTests {
    private let controlPlane: ControlPlane
    private let client: KubernetesClient
    private let namespace: String

    init() async throws {
        self.controlPlane = try await ControlPlane.shared
        self.client = try self.controlPlane.client()
        self.namespace = try await self.controlPlane.namespace()
    }

    /// A watch of the objects that this test makes.
    private func watch(pageSize: Int = 250) -> ObjectWatch {
        client.watch(.configMaps, in: namespace, labels: "mine=yes", pageSize: pageSize)
    }

    private func mine(_ name: String, _ text: String = "") throws -> ObjectValue {
        try object(
            """
            {"metadata":{"name":"\(name)","namespace":"\(namespace)","labels":{"mine":"yes"}},"data":{"text":"\(text)"}}
            """
        )
    }

    @Test("A list, then what happens", .timeLimit(.minutes(2)))
    func changes() async throws {
        try await client.create(.configMaps, mine("a"))
        var events = watch().makeAsyncIterator()
        #expect(await events.summary() == "restarted")
        #expect(await events.summary() == "present a")
        #expect(await events.summary() == "synced")

        try await client.create(.configMaps, mine("b"))
        #expect(await events.summary() == "present b")
        try await client.mergePatch(.configMaps, "a", in: namespace, object(#"{"data":{"text":"new"}}"#))
        #expect(await events.summary() == "present a new")
        // To this watch it is gone.
        try await client.mergePatch(.configMaps, "a", in: namespace, object(#"{"metadata":{"labels":{"mine":"no"}}}"#))
        #expect(await events.summary()?.hasPrefix("deleted a") == true)
        try await client.delete(.configMaps, "b", in: namespace)
        #expect(await events.summary() == "deleted b")
    }

    @Test("A list whose continuation has expired starts anew", .timeLimit(.minutes(2)))
    func expiredContinuation() async throws {
        for number in 0..<9 { try await client.create(.configMaps, mine("a\(number)")) }
        var events = watch(pageSize: 3).makeAsyncIterator()
        var seen: [String] = []
        for _ in 0..<4 { seen.append(await events.summary() ?? "end") }
        #expect(seen == ["restarted", "present a0", "present a1", "present a2"])

        try await client.delete(.configMaps, "a0", in: namespace)
        try await controlPlane.compactEtcd()

        seen = []
        while seen.last != "synced", let event = await events.summary() { seen.append(event) }
        #expect(seen == ["restarted"] + (1..<9).map { "present a\($0)" } + ["synced"])

        // What is asked for in one go survives it as well.
        try await client.create(.configMaps, mine("b"))
        #expect(await events.summary() == "present b")
    }

    @Test("An API server that is killed and comes back", .timeLimit(.minutes(5)))
    func restart() async throws {
        for number in 0..<5 { try await client.create(.configMaps, mine("a\(number)")) }
        var cache = ObjectCache { $0["data"]?["text"]?.stringValue ?? "" }
        var events = watch().makeAsyncIterator()
        while !cache.isSynced, let event = await events.next() { _ = cache.receive(event) }
        #expect(cache.count == 5)

        // A change that the watch doesn't tell of: the server, once it is back, has forgotten where the watch was (410).
        try await client.create(.configMaps, configMap("other", in: namespace))
        let server = try controlPlane.apiServer()
        try await server.kill()
        #expect(try await code { _ = try await client.serverVersion() } == .unreachable)
        try await server.start()
        try await client.delete(.configMaps, "a0", in: namespace)
        try await client.create(.configMaps, mine("b", "new"))

        var lists = 0
        while cache[ObjectKey(namespace: namespace, name: "b")] == nil || !cache.isConnected || cache.count != 5,
            let event = await events.next()
        {
            if case .restarted = event { lists += 1 }
            _ = cache.receive(event)
        }
        let names = cache.all.map { "\($0.key.name) \($0.value)" }.sorted()
        #expect(names == ["a1 ", "a2 ", "a3 ", "a4 ", "b new"])
        #expect(lists == 1)
    }

    @Test("Bookmarks, and the regular end of a watch", .timeLimit(.minutes(2)))
    func bookmarks() async throws {
        let made = try await client.create(.configMaps, configMap("a", in: namespace)).metadata
        let selection = ObjectSelection(type: .configMaps, namespace: namespace, labels: nil, fields: nil)
        let request = WatchRequest(resourceVersion: made.resourceVersion, seconds: 5, knowsBookmarks: false)
        var stream = WatchStream(try await client.open(request.request(selection)))
        try await client.create(.configMaps, configMap("b", in: namespace))
        var lines: [WatchLine] = []
        while let line = try await stream.next(isolation: nil) { lines.append(line) }
        guard case .present(let object, _)? = lines.first, case .bookmark(let version)? = lines.last else {
            Issue.record("\(lines)")
            return
        }
        #expect(object.metadata.name == "b")
        // It can be gone on from.
        let next = WatchRequest(resourceVersion: version, seconds: 1, knowsBookmarks: true)
        _ = try await client.open(next.request(selection))
    }

    @Test("A watch that nobody wants any more is over for the server too", .timeLimit(.minutes(2)))
    func cancellation() async throws {
        let before = try await controlPlane.openWatches()
        let watch = watch()
        let tasks = (0..<10).map { _ in
            Task {
                var count = 0
                for await _ in watch { count += 1 }
                return count
            }
        }
        _ = try await eventually("all watches to be open") {
            try await controlPlane.openWatches() >= before + 10 ? true : nil
        }
        // A watch that nobody reads holds up no other call.
        _ = try await client.get(.namespaces, namespace)
        for task in tasks { task.cancel() }
        for task in tasks { #expect(await task.value == 2) }
        _ = try await eventually("all watches to be closed") {
            try await controlPlane.openWatches() <= before ? true : nil
        }
    }
}

extension ObjectWatch.AsyncIterator {
    /// The next event in a few words.
    mutating func summary() async -> String? {
        guard let event = await next() else { return nil }
        func named(_ object: ObjectValue) -> String {
            let text = object["data"]?["text"]?.stringValue ?? ""
            return text.isEmpty ? object.metadata.name : "\(object.metadata.name) \(text)"
        }
        switch event {
        case .restarted: return "restarted"
        case .present(let object): return "present \(named(object))"
        case .unreadable(let object): return "unreadable \(object.key)"
        case .deleted(let object): return "deleted \(named(object))"
        case .synced: return "synced"
        case .interrupted(let error): return "interrupted \(error)"
        case .resumed: return "resumed"
        }
    }
}

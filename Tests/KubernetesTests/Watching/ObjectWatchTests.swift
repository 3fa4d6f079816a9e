import Kubernetes
import ObjectModel
import TestSupport
import Testing

/// Watches over the wire, of a server that can do what real ones seldom do.
@Suite("ObjectWatch", .timeLimit(.minutes(2)))
struct ObjectWatchTests {
    private static let list = RawServer.Step.answer(
        #"{"metadata":{"resourceVersion":"10"},"items":[{"metadata":{"name":"a","resourceVersion":"3"}}]}"#
    )

    private static func line(_ name: String, _ version: Int, _ more: String = "") -> String {
        #"{"type":"ADDED","object":{"metadata":{"name":"\#(name)","resourceVersion":"\#(version)"}\#(more)}}"# + "\n"
    }

    /// The events of a watch of a server that lists one object and whose watches go as in `streams`, one after the other;
    /// up to the first event for which `isLast` holds. The versions that it watched from, too.
    private func events(
        _ streams: [[RawServer.Step]],
        until isLast: (String) -> Bool
    ) async throws -> (events: [String], versions: [String]) {
        try await withClient { request in
            guard request.line.contains("watch=true") else { return [Self.list] }
            return request.number - 1 < streams.count ? streams[request.number - 1] : []
        } _: { client, server in
            var seen: [String] = []
            for await event in client.watch(.services) {
                seen.append(Self.summary(event))
                if isLast(seen.last ?? "") { break }
            }
            let versions = server.requests.compactMap { request in
                request.line.split(separator: "resourceVersion=").dropFirst().first.map {
                    String($0.prefix { $0 != "&" })
                }
            }
            return (seen, versions)
        }
    }

    private static func summary(_ event: WatchEvent) -> String {
        switch event {
        case .restarted: "restarted"
        case .present(let object): "present \(object.metadata.name)"
        case .unreadable(let object): "unreadable \(object.key.name)"
        case .deleted(let object): "deleted \(object.metadata.name)"
        case .synced: "synced"
        case .interrupted(let error): "interrupted \(error.message.prefix(40))"
        case .resumed: "resumed"
        }
    }

    private let beginning = ["restarted", "present a", "synced"]

    @Test("Lines cut anywhere, even within a character")
    func cutLines() async throws {
        let octets = Array((Self.line("b", 11, #","x":"ä😀""#) + Self.line("c", 12)).utf8)
        let chunks = octets.map { RawServer.Step.chunk([$0]) }
        let (events, _) = try await events([[.streamHead] + chunks]) { $0 == "present c" }
        #expect(events == beginning + ["present b", "present c"])
    }

    @Test("A line that the end cuts off is dropped, and the watch goes on behind the last whole one")
    func truncated() async throws {
        let half = String(Self.line("c", 12).prefix(30))
        for end in [RawServer.Step.streamEnd, .close] {
            let first: [RawServer.Step] = [.streamHead, .chunk(Self.line("b", 11) + half), end]
            let (events, versions) = try await events([first, [.streamHead, .chunk(Self.line("c", 12))]]) {
                $0 == "present c"
            }
            let told = events.filter { !$0.hasPrefix("interrupted") && $0 != "resumed" }
            // A connection that is reset may take with it what has arrived and wasn't read yet; then it is asked for again.
            let lostLine = end == .close && versions == ["10", "10"]
            #expect(told == beginning + (lostLine ? [] : ["present b"]) + ["present c"])
            #expect(lostLine || versions == ["10", "11"])
        }
    }

    @Test(
        "What is no event interrupts the watch, which goes on by itself",
        arguments: [
            [.streamHead, .chunk("<html>\n")], [.streamHead, .chunk([0x7B, 0xFF, 0x0A])],
            [.answer("<html>", type: "text/html")], [.answer("no", status: 503)], [.streamHead, .chunk("{"), .close],
            [.streamHead, .chunk(#"{"type":"ERROR","object":{"kind":"Status","code":500,"message":"oops"}}"# + "\n")],
        ] as [[RawServer.Step]]
    )
    func rubbish(steps: [RawServer.Step]) async throws {
        let (events, versions) = try await events([steps, [.streamHead, .chunk(Self.line("b", 11))]]) {
            $0 == "present b"
        }
        #expect(events.count == 6, "\(events)")
        #expect(events.dropFirst(3).first?.hasPrefix("interrupted") == true, "\(events)")
        #expect(events.suffix(2) == ["resumed", "present b"])
        #expect(versions == ["10", "10"])
    }

    @Test("410 makes a new list, as the answer or as an event")
    func gone() async throws {
        let status = #"{"kind":"Status","reason":"Expired","code":410,"message":"too old"}"#
        let event = #"{"type":"ERROR","object":\#(status)}"# + "\n"
        for steps in [[RawServer.Step.answer(status, status: 410)], [.streamHead, .chunk(event)]] {
            try await withClient { request in
                request.line.contains("watch=true") ? steps : [Self.list]
            } _: { client, _ in
                var seen: [String] = []
                for await event in client.watch(.services) {
                    seen.append(Self.summary(event))
                    if seen.count == 6 { break }
                }
                #expect(seen == beginning + beginning)
            }
        }
    }

    @Test("A page that is followed by itself is an error, not a list without end")
    func endlessPages() async throws {
        try await withClient { _ in
            [.answer(#"{"metadata":{"resourceVersion":"10","continue":"again"},"items":[]}"#)]
        } _: { client, server in
            var iterator = client.watch(.services).makeAsyncIterator()
            #expect(await iterator.next().map(Self.summary) == "restarted")
            #expect(await iterator.next().map(Self.summary)?.hasPrefix("interrupted the list goes on") == true)
            #expect(server.requests.count == 2)
        }
    }

    @Test("A line without end is given up")
    func endlessLine() async throws {
        let megabyte = RawServer.Step.chunk([UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20))
        let endless = [.streamHead] + [RawServer.Step](repeating: megabyte, count: 14)
        let (events, _) = try await events([endless]) { $0.hasPrefix("interrupted") }
        #expect(events.last?.contains("line of more than") == true)
    }

    /// More than is nested anywhere else.
    private static let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)

    private static func listed(_ names: [String], bad: String) -> RawServer.Step {
        let items = names.map { name in
            let content = name == bad ? deep : "1"
            return #"{"metadata":{"name":"\#(name)","uid":"\#(name)","resourceVersion":"3"},"spec":\#(content)}"#
        }
        // As API servers write lists of custom resources: the metadata last.
        return .answer(#"{"items":[\#(items.joined(separator: ","))],"metadata":{"resourceVersion":"10"}}"#)
    }

    @Test("An object that can't be read keeps no other from being told, in a list or after it, and is logged once")
    func unreadable() async throws {
        let log = LogCollector()
        let lines = Self.line("x\",\"uid\":\"x", 11, #","spec":\#(Self.deep)"#) + Self.line("d", 12)
        try await withClient(logger: log.logger) { request in
            guard request.line.contains("watch=true") else { return [Self.listed(["a", "x", "b"], bad: "x")] }
            return [.streamHead, .chunk(lines)]
        } _: { client, server in
            var seen: [String] = []
            for await event in client.watch(.services) {
                seen.append(Self.summary(event))
                if seen.last == "present d" { break }
            }
            #expect(
                seen == [
                    "restarted", "present a", "unreadable x", "present b", "synced", "unreadable x", "present d",
                ]
            )
            #expect(server.requests.count == 2)
        }
        let told = log.lines
        #expect(told.count == 1, "\(told)")
        #expect(told.allSatisfy { $0.contains("kind=Service") && $0.contains("object=x uid=x") }, "\(told)")
    }

    @Test("A page that is too large is asked for in smaller pieces, and the next ones grow again")
    func largePages() async throws {
        let filler = String(repeating: "x", count: 3 << 20)
        let names = (0..<12).map { "o\($0)" }
        try await withClient { request in
            guard !request.line.contains("watch=true") else { return [] }
            func number(_ name: String) -> Int? {
                let rest = request.line.split(separator: name + "=").dropFirst().first
                return rest.flatMap { Int($0.prefix(while: \.isNumber)) }
            }
            let start = number("continue") ?? 0
            let end = min(start + (number("limit") ?? 0), names.count)
            let items = (start..<end).map { index in
                let content = index < 6 ? filler : "x"
                return #"{"metadata":{"name":"\#(names[index])","resourceVersion":"3"},"spec":"\#(content)"}"#
            }
            let token = end < names.count ? #","continue":"\#(end)""# : ""
            return [
                .answer(#"{"items":[\#(items.joined(separator: ","))],"metadata":{"resourceVersion":"10"\#(token)}}"#)
            ]
        } _: { client, server in
            var seen: [String] = []
            for await event in client.watch(.services, pageSize: 8) {
                seen.append(Self.summary(event))
                if seen.last == "synced" { break }
            }
            #expect(seen == ["restarted"] + names.map { "present \($0)" } + ["synced"])
            #expect(server.requests.count <= 8, "\(server.requests.map(\.line))")
        }
    }

    @Test("An iterator that is dropped, or whose task is cancelled, closes its connection")
    func end() async throws {
        try await withClient { request in
            request.line.contains("watch=true") ? [.streamHead, .chunk(Self.line("b", 11))] : [Self.list]
        } _: { client, server in
            let watch = client.watch(.services)
            func readAndDrop() async {
                var events = watch.makeAsyncIterator()
                for _ in 0..<4 { _ = await events.next() }
            }
            await readAndDrop()
            try await eventually("the watch's connection is closed") { server.open == 0 }

            let task = Task {
                var count = 0
                for await _ in watch { count += 1 }
                return count
            }
            try await eventually("the second watch is open") { server.requests.count == 4 }
            task.cancel()
            #expect(await task.value <= 4)
            try await eventually("the second watch's connection is closed") { server.open == 0 }
        }
    }

    @Test("What is asked for")
    func request() async throws {
        try await withClient { request in
            request.line.contains("watch=true") ? [] : [Self.list]
        } _: { client, server in
            let watch = client.watch(.services, in: "n", labels: "a=b,c", fields: "metadata.name=d", pageSize: 7)
            let task = Task { for await _ in watch {} }
            try await eventually("the watch has arrived") { server.requests.count == 2 }
            task.cancel()
            await task.value
            let selectors = "labelSelector=a%3Db%2Cc&fieldSelector=metadata.name%3Dd"
            #expect(server.requests.first?.line == "GET /api/v1/namespaces/n/services?\(selectors)&limit=7")
            let line = server.requests.last?.line ?? ""
            let beginning = "\(selectors)&watch=true&allowWatchBookmarks=true&resourceVersion=10&timeoutSeconds="
            #expect(line.hasPrefix("GET /api/v1/namespaces/n/services?\(beginning)"), "\(line)")
        }
    }
}

import DestinationModel
import TestSupport
import Testing

@testable import DestinationSources

@Suite("Turns of token requests")
struct TokenRequestQueueTests {
    private let start = ContinuousClock.now

    private static func key(_ name: String) -> TokenRequestKey {
        let credentials = OAuth2ClientCredentials(
            tokenServiceURL: "https://auth.example/",
            clientID: name,
            clientSecret: Secret("hunter2")
        )
        return TokenRequestKey(credentials: credentials, tenant: nil)
    }

    private static func started(_ actions: [TokenRequestQueue.Action]) -> [String] {
        actions.compactMap { action in
            switch action {
            case .start(let key, _): key.credentials.clientID
            case .refuse: nil
            }
        }
    }

    private static func refused(_ actions: [TokenRequestQueue.Action]) -> [String] {
        actions.compactMap { action in
            switch action {
            case .start: nil
            case .refuse(let key, _): key.credentials.clientID
            }
        }
    }

    @Test("a share at its bound waits, and others are served")
    func shares() {
        var queue = TokenRequestQueue(.init(requests: 8, requestsPerShare: 2, requestsPerShareAndService: 2))
        var actions: [TokenRequestQueue.Action] = []
        for number in 0..<5 {
            actions += queue.add(Self.key("bad-\(number)"), to: "bad-\(number)", share: "bad", at: start)
        }
        #expect(Self.started(actions) == ["bad-0", "bad-1"])
        #expect(Self.started(queue.add(Self.key("good"), to: "good", share: "good", at: start)) == ["good"])
        #expect(Self.started(queue.finished(Self.key("bad-0"), at: start)) == ["bad-2"])
    }

    @Test("a share's services share its requests; one that doesn't answer leaves half of them")
    func services() {
        var queue = TokenRequestQueue(.init(requestsPerShare: 4, requestsPerShareAndService: 2))
        var actions: [TokenRequestQueue.Action] = []
        for number in 0..<5 { actions += queue.add(Self.key("s\(number)"), to: "silent", share: "shop", at: start) }
        #expect(Self.started(actions) == ["s0", "s1"])
        #expect(Self.started(queue.add(Self.key("good"), to: "good", share: "shop", at: start)) == ["good"])
    }

    @Test("where all are taken, shares take turns")
    func turns() {
        var queue = TokenRequestQueue(.init(requests: 1, requestsPerShare: 1))
        var actions: [TokenRequestQueue.Action] = []
        for name in ["a0", "a1", "a2", "b0", "c0"] {
            actions += queue.add(Self.key(name), to: name, share: String(name.prefix(1)), at: start)
        }
        var order = Self.started(actions)
        while let last = order.last, order.count < 5 {
            order += Self.started(queue.finished(Self.key(last), at: start))
        }
        #expect(order == ["a0", "b0", "c0", "a1", "a2"])
    }

    @Test("a request that has waited for 30 s is refused when its share's turn comes")
    func late() {
        var queue = TokenRequestQueue(.init(requestsPerShare: 1))
        for name in ["first", "late", "later"] {
            _ = queue.add(Self.key(name), to: name, share: "shop", at: start)
        }
        _ = queue.add(Self.key("last"), to: "last", share: "shop", at: start + .seconds(10))
        let actions = queue.finished(Self.key("first"), at: start + .seconds(31))
        #expect(Self.refused(actions) == ["late", "later"])
        #expect(Self.started(actions) == ["last"])
    }

    @Test("no share waits while it and its service have room, whatever happens", arguments: 0..<UInt64(20))
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limits = TokenRequestQueue.Limits(
            requests: 6,
            requestsPerShare: 3,
            requestsPerShareAndService: 2,
            requestsPerService: 4,
            waitingPerShare: 10
        )
        var queue = TokenRequestQueue(limits)
        var waiting: [String: (share: String, service: String)] = [:]
        var running: [String: (share: String, service: String)] = [:]
        for number in 0..<600 {
            var actions: [TokenRequestQueue.Action]
            if Bool.random(using: &random) || running.isEmpty {
                let request = ("s\(Int.random(in: 0..<4, using: &random))", "v\(Int.random(in: 0..<4, using: &random))")
                waiting["\(number)"] = request
                actions = queue.add(Self.key("\(number)"), to: request.1, share: request.0, at: start)
            } else {
                let ended = running.keys.sorted().randomElement(using: &random) ?? ""
                running[ended] = nil
                actions = queue.finished(Self.key(ended), at: start)
            }
            for name in Self.refused(actions) { waiting[name] = nil }
            for name in Self.started(actions) { running[name] = waiting.removeValue(forKey: name) }
            #expect(queue.runningCount == running.count && queue.waitingCount == waiting.count)
            #expect(running.count <= 6)
            let idle = waiting.values.first { request in
                running.count < 6 && running.values.count { $0.share == request.share } < 3
                    && running.values.count { $0.service == request.service } < 4
                    && running.values.count { $0 == request } < 2
            }
            #expect(idle == nil)
        }
    }
}

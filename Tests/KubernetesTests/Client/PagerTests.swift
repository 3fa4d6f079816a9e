import Testing

@testable import Kubernetes

@Suite("Pager")
struct PagerTests {
    private let expired = KubernetesError(.expired, "")
    private let tooLarge = KubernetesError(.answerTooLarge, "")

    @Test("Page by page to the end, and anew")
    func pages() {
        var pager = Pager(pageSize: 10)
        #expect(pager.next == .init(limit: 10, continueToken: nil))
        let isEnd = pager.received(continueToken: "a", size: 1)
        #expect(!isEnd)
        #expect(pager.next == .init(limit: 10, continueToken: "a"))
        let isEndNow = pager.received(continueToken: nil, size: 1)
        #expect(isEndNow)
        #expect(pager.next == .init(limit: 10, continueToken: nil))
    }

    @Test("An expired token starts the list anew; the second one asks for all of it in one piece")
    func expiry() {
        var pager = Pager(pageSize: 10)
        _ = pager.received(continueToken: "a", size: 1)
        #expect(pager.failed(expired) == .startsAnew)
        #expect(pager.next == .init(limit: 10, continueToken: nil))
        _ = pager.received(continueToken: "b", size: 1)
        #expect(pager.failed(expired) == .startsAnew)
        #expect(pager.next == .init(limit: nil, continueToken: nil))
        // A server that says so of a list without a token is not to be asked again at once.
        #expect(pager.failed(expired) == nil)
        _ = pager.received(continueToken: nil, size: 1)
        #expect(pager.next == .init(limit: 10, continueToken: nil))
    }

    @Test("Pages that are too large are made smaller, down to one object")
    func size() {
        var pager = Pager(pageSize: 10)
        _ = pager.received(continueToken: "a", size: 1)
        #expect(pager.failed(tooLarge) == .repeats)
        #expect(pager.next == .init(limit: 2, continueToken: "a"))
        #expect(pager.failed(tooLarge) == .repeats)
        #expect(pager.next == .init(limit: 1, continueToken: "a"))
        #expect(pager.failed(tooLarge) == nil)
    }

    @Test("Behind what was too large, pages grow again, unless they are still large")
    func growth() {
        var pager = Pager(pageSize: 10)
        _ = pager.failed(tooLarge)
        _ = pager.failed(tooLarge)
        #expect(pager.next.limit == 1)
        for (size, limit) in [(8 << 20, 1), (1000, 2), (3 << 20, 2), (1000, 4), (1000, 8), (1000, 10), (1000, 10)] {
            _ = pager.received(continueToken: "a", size: size)
            #expect(pager.next.limit == limit)
        }
    }

    @Test("A list that is too large in one piece is asked for in pages again, later")
    func onePiece() {
        var pager = Pager(pageSize: 10)
        for token in ["a", "b"] {
            _ = pager.received(continueToken: token, size: 1)
            _ = pager.failed(expired)
        }
        #expect(pager.next.limit == nil)
        #expect(pager.failed(tooLarge) == nil)
        #expect(pager.next == .init(limit: 10, continueToken: nil))
    }

    @Test("Any other failure is for later", arguments: [KubernetesError.Code.forbidden, .unavailable, .timeout])
    func others(code: KubernetesError.Code) {
        var pager = Pager(pageSize: 0)
        #expect(pager.failed(KubernetesError(code, "")) == nil)
        #expect(pager.next == .init(limit: 1, continueToken: nil))
    }
}

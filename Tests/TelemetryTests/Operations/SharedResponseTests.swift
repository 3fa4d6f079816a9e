import Synchronization
import TestSupport
import Testing

@testable import Telemetry

@Suite("Shared renderings of an endpoint")
struct SharedResponseTests {
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { time.withLock { $0 } }
        func advance(by duration: Duration) { time.withLock { $0 += duration } }
    }

    private final class Renderings: Sendable {
        private let state = Mutex(0)
        var count: Int { state.withLock { $0 } }
        func render(bytes: Int) -> OperationsResponse {
            state.withLock { $0 += 1 }
            return OperationsResponse(contentType: "text/plain", body: Array(repeating: 0x78, count: bytes))
        }
    }

    @Test("a large response is kept for a second, a small one isn't", arguments: [(100, 1, 2), (99, 3, 4)])
    func lifetime(bytes: Int, withinASecond: Int, later: Int) async {
        let (clock, renderings) = (Clock(), Renderings())
        let shared = SharedResponse(largeBytes: 100, now: { clock.now }) { renderings.render(bytes: bytes) }
        for step in [0, 400, 599] {
            clock.advance(by: .milliseconds(step))
            #expect(await shared.response().body.count == bytes)
        }
        #expect(renderings.count == withinASecond)
        clock.advance(by: .milliseconds(1))
        _ = await shared.response()
        #expect(renderings.count == later)
    }

    @Test("requests that come while a response is rendered share it")
    func concurrent() async throws {
        let renderings = Renderings()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let shared = SharedResponse {
            for await _ in gate {}
            return renderings.render(bytes: 1)
        }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { await shared.response().body.count } }
            try await eventually("all wait") { await shared.waiting == 20 }
            open.finish()
            for try await bytes in group { #expect(bytes == 1) }
        }
        #expect(renderings.count == 1)
    }
}

import Synchronization
import Testing

@testable import DestinationController

@Suite("Turns")
struct TurnsTests {
    private final class Inside: Sendable {
        let counts = Mutex((now: 0, most: 0, all: 0))
    }

    @Test("No more at a time than may be, and everyone in the end")
    func turns() async {
        let turns = Turns(limit: 3)
        let inside = Inside()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await turns.begin()
                    inside.counts.withLock { inside in
                        inside.now += 1
                        inside.all += 1
                        inside.most = max(inside.most, inside.now)
                    }
                    await Task.yield()
                    inside.counts.withLock { $0.now -= 1 }
                    await turns.end()
                }
            }
        }
        #expect(inside.counts.withLock { $0.all } == 50)
        #expect(inside.counts.withLock { $0.most } <= 3)
    }
}

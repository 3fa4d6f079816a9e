import Synchronization
import Testing

@testable import Relay

@Suite("Serial tasks")
struct SerialTasksTests {
    @Test("work runs in the order in which it was handed over, one piece at a time")
    func order() async {
        let tasks = SerialTasks()
        let done = Mutex([Int]())
        let running = Mutex(0)
        var last: Task<Void, Never>?
        for number in 0..<200 {
            last = tasks.add {
                let alone = running.withLock { running -> Bool in
                    running += 1
                    return running == 1
                }
                #expect(alone)
                for _ in 0..<Int.random(in: 0..<5) { await Task.yield() }
                done.withLock { $0.append(number) }
                running.withLock { $0 -= 1 }
            }
        }
        await last?.value
        #expect(done.withLock { $0 } == Array(0..<200))
    }
}

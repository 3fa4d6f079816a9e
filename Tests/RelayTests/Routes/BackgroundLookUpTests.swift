import Synchronization
import Testing

@testable import MailSink
@testable import Relay

@Suite struct BackgroundLookUpTests {
    @Test func onlyAFewOfAnInstanceRunAtATime() async {
        let gate = SinkGate()
        let started = Observed<[Int]>([])
        let lookUps = BackgroundLookUps { port in
            started.mutate { $0.append(port) }
            if port < 1000 { await withCheckedContinuation { continuation in gate.pass { continuation.resume() } } }
        }
        await lookUps.add(["slow": Array(0..<20), "other": Array(1000..<1100)])
        // The other instance isn't held up.
        #expect(await eventually { started.current.count { $0 >= 1000 } == 100 })
        #expect(await eventually { started.current.count { $0 < 1000 } == BackgroundLookUps.limit })
        // One that waits waits on; one that is under way is looked up once more.
        await lookUps.add(["slow": [19, 0]])
        gate.open()
        #expect(await eventually { started.current.count { $0 < 1000 } == 21 })
        #expect(started.current.count { $0 == 0 } == 2)
    }
}

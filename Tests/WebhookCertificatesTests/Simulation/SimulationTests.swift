import TLS
import TestSupport
import Testing

@testable import WebhookCertificates

@Suite struct SimulationTests {
    /// The property that all of this is for: whatever happens between any two writes, no call fails.
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func noCallEverFails(seed: UInt64) async throws {
        var world = World(seed: seed)
        try world.start()
        while world.now < Bench.start + 200_000 {
            try world.step()
            // Other tests wait for their turn.
            await Task.yield()
        }
        world.checkLastTimes()
        #expect(world.met.count > 15)
        #expect(world.crashes > 50)
        #expect(world.conflicts > 0)
        #expect(world.leaves.count > 10)
        #expect(world.authorities.count > 2)
        // One write for a leaf; for an authority one each to make, announce, promote and drop it, and to drop it from
        // the bundle.
        #expect(world.store.writes <= world.leaves.count + 5 * world.authorities.count + 5)
    }
}

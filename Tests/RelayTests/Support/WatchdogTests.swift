import NIOCore
import NIOEmbedded
import Testing

@testable import Relay

@Suite struct WatchdogTests {
    private let loop = EmbeddedEventLoop()

    /// Counts what the watchdog does.
    private final class Count {
        var value = 0
    }

    @Test func firesOnceWhenTheLimitIsReached() {
        let count = Count()
        let watchdog = Watchdog(on: loop) { count.value += 1 }
        watchdog.set(.zero)
        loop.advanceTime(by: .hours(1))
        #expect(count.value == 1)
        loop.advanceTime(by: .hours(1))
        #expect(count.value == 1)
    }

    @Test func aLimitThatWasPutOffDoesNotFireEarly() {
        let count = Count()
        let watchdog = Watchdog(on: loop) { count.value += 1 }
        watchdog.set(.seconds(1000))
        watchdog.set(.seconds(5000))
        // The timer of the first limit looks, and finds that the second has not come.
        loop.advanceTime(by: .seconds(4999))
        #expect(count.value == 0)
        loop.advanceTime(by: .seconds(1))
        #expect(count.value == 1)
    }

    @Test func aLimitThatWasLiftedDoesNotFire() {
        let count = Count()
        let watchdog = Watchdog(on: loop) { count.value += 1 }
        watchdog.set(.zero)
        watchdog.set(nil)
        loop.advanceTime(by: .hours(1))
        #expect(count.value == 0)
        watchdog.set(.zero)
        loop.advanceTime(by: .hours(1))
        #expect(count.value == 1)
    }

    @Test func aShorterLimitReplacesALongerOne() {
        let count = Count()
        let watchdog = Watchdog(on: loop) { count.value += 1 }
        watchdog.set(.seconds(5000))
        watchdog.set(.zero)
        loop.advanceTime(by: .seconds(1))
        #expect(count.value == 1)
    }

    @Test func stoppingLetsGoOfEverything() {
        weak var weakly: Watchdog?
        do {
            let watchdog = Watchdog(on: loop) {}
            weakly = watchdog
            watchdog.set(.seconds(1000))
            watchdog.stop()
        }
        #expect(weakly == nil)
    }
}

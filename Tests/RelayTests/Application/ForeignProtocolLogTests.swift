import NIOCore
import SMTP
import Testing

@testable import Relay

@Suite struct ForeignProtocolLogTests {
    @Test("a protocol has one line a minute, with the number of connections since the last")
    func onceAMinute() {
        var log = ForeignProtocolLog()
        let start = NIODeadline.uptimeNanoseconds(0)
        #expect(log.add(.tls, at: start) == 1)
        #expect(log.add(.tls, at: start + .seconds(1)) == nil)
        #expect(log.add(.http, at: start + .seconds(1)) == 1)
        #expect(log.add(.tls, at: start + .seconds(59)) == nil)
        #expect(log.add(.tls, at: start + .seconds(60)) == 3)
        #expect(log.add(.tls, at: start + .seconds(119)) == nil)
        #expect(log.add(.tls, at: start + .seconds(180)) == 2)
        #expect(log.add(.http, at: start + .seconds(180)) == 1)
    }
}

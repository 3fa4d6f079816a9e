import SMTP
import Testing

@Suite("Time limits towards mail servers")
struct ClientTimeLimitsTests {
    @Test(
        "RFC 5321 §4.5.3.2",
        arguments: [
            (.greeting, 5), (.mail, 5), (.recipient, 5), (.data, 2), (.endOfData, 10),
        ] as [(ClientExpectation, Int)]
    )
    func minutes(expectation: ClientExpectation, minutes: Int) {
        #expect(ClientTimeLimits().limit(for: expectation) == .seconds(60 * minutes))
    }

    @Test("A block of the message has three minutes")
    func block() {
        #expect(ClientTimeLimits().dataBlock == .seconds(180))
    }

    @Test("A probe of an idle session, and a goodbye, don't take minutes", arguments: [ClientExpectation.reset, .quit])
    func short(expectation: ClientExpectation) {
        #expect(ClientTimeLimits().limit(for: expectation) <= .seconds(10))
    }
}

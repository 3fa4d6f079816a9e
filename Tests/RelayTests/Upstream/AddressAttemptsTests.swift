import NameResolution
import Testing

@testable import Relay

@Suite struct AddressAttemptsTests {
    private static func address(_ number: Int) -> IPAddress {
        ["192.0.2.\(number)"].compactMap { IPAddress($0) }[0]
    }

    private let addresses = (1...4).map(address)
    private let now = ContinuousClock.now

    private func failure(_ kind: UpstreamFailure.Kind) -> UpstreamFailure { UpstreamFailure(kind, kind.rawValue) }

    @Test("addresses that failed lately are tried after the others")
    func order() {
        let failed = Set([addresses[0], addresses[2]])
        var attempts = AddressAttempts(addresses, hasFailed: failed.contains, deadline: now + .seconds(20))
        #expect(attempts.next(at: now) == [addresses[1], addresses[3]])
        attempts.sessionFailed(at: addresses[1], failure(.tls))
        #expect(attempts.next(at: now) == [addresses[3]])
        attempts.connectFailed(failure(.connect))
        #expect(attempts.next(at: now) == [addresses[0], addresses[2]])
        attempts.sessionFailed(at: addresses[2], failure(.lost))
        attempts.sessionFailed(at: addresses[0], failure(.lost))
        #expect(attempts.next(at: now) == nil)
        #expect(attempts.failure?.kind == .tls)
    }

    @Test("no address is tried twice, though it isn't known which has failed")
    func unknownAddress() {
        var attempts = AddressAttempts(addresses, hasFailed: { _ in false }, deadline: now + .seconds(20))
        for count in (0...3).reversed() {
            attempts.sessionFailed(at: nil, failure(.lost))
            #expect(attempts.next(at: now)?.count ?? 0 == count)
        }
    }

    @Test("after the deadline no further address is tried")
    func deadline() {
        var attempts = AddressAttempts(addresses, hasFailed: { _ in false }, deadline: now)
        #expect(attempts.next(at: now + .seconds(1)) == addresses)
        attempts.sessionFailed(at: addresses[0], failure(.tls))
        #expect(attempts.next(at: now + .seconds(1)) == nil)
    }

    @Test("the most telling failure is reported, and of several the first")
    func mostTelling() {
        var attempts = AddressAttempts(addresses, hasFailed: { _ in false }, deadline: now + .seconds(20))
        for (address, kind) in zip(addresses, [UpstreamFailure.Kind.connect, .refused, .tls, .lost]) {
            attempts.sessionFailed(at: address, failure(kind))
        }
        #expect(attempts.failure?.kind == .refused)
    }

    @Test("failures are remembered for a while, by host and port, and within a bound")
    func memory() {
        let failed = FailedAddresses()
        func key(_ number: Int, _ host: String = "mail.example") -> FailedAddresses.Key {
            FailedAddresses.Key(host: host, port: number, address: addresses[0])
        }
        failed.record(key(1), at: now)
        #expect(failed.contains(key(1), at: now))
        #expect(!failed.contains(key(1, "other.example"), at: now))
        #expect(!failed.contains(key(1), at: now + FailedAddresses.age))
        for number in 2...2000 { failed.record(key(number), at: now + .milliseconds(number)) }
        #expect(failed.count == FailedAddresses.limit)
        #expect(!failed.contains(key(1), at: now + .seconds(2)))
        #expect(failed.contains(key(2000), at: now + .seconds(2)))
        failed.forget(key(2000))
        #expect(!failed.contains(key(2000), at: now + .seconds(2)))
    }
}

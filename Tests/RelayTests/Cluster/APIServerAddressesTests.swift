import NameResolution
import Synchronization
import TestSupport
import Testing

@testable import Relay

@Suite struct APIServerAddressesTests {
    private func find(_ host: String, _ answers: [String: [String]] = [:]) async -> (Set<IPAddress>, LogCollector) {
        let log = LogCollector()
        let resolver = NameResolver(lookUp: { name in
            guard let texts = answers[name] else { return .failure(.noAnswer) }
            return .success(texts.compactMap { IPAddress($0) })
        })
        let addresses = APIServerAddresses(host, resolver: resolver, logger: log.logger)
        await addresses.lookUp()
        return (addresses.known, log)
    }

    @Test("the address in the environment is the API server's", arguments: ["10.96.0.1", "fd00::1"])
    func address(host: String) async throws {
        #expect(await find(host).0 == [try #require(IPAddress(host))])
    }

    @Test("a name in the environment is looked up, and so is the Service")
    func name() async {
        let answers = ["api.shoot.example": ["192.0.2.1", "192.0.2.2"], "kubernetes.default.svc": ["10.96.0.1"]]
        let (addresses, log) = await find("api.shoot.example", answers)
        #expect(addresses == Set(["192.0.2.1", "192.0.2.2", "10.96.0.1"].compactMap { IPAddress($0) }))
        #expect(!log.contains("not resolved"))
    }

    @Test("a name that can't be looked up is logged")
    func noAnswer() async {
        let (addresses, log) = await find("api.shoot.example")
        #expect(addresses.isEmpty)
        #expect(log.contains("API server's name not resolved"))
    }

    @Test("a name without address is looked up at growing intervals until it has one")
    func lookingUpAgain() async throws {
        let failures = Mutex(4)
        var limits = NameLookupLimits()
        limits.failureAge = .zero
        let resolver = NameResolver(
            limits,
            lookUp: { name in
                guard name == "api.shoot.example" else { return .success([IPAddress("10.96.0.1")].compactMap(\.self)) }
                let fails = failures.withLock { count in
                    count -= 1
                    return count >= 0
                }
                return fails ? .failure(.noAnswer) : .success([IPAddress("192.0.2.1")].compactMap(\.self))
            }
        )
        let pauses = Mutex<[Duration]>([])
        let addresses = APIServerAddresses(
            "api.shoot.example",
            resolver: resolver,
            logger: LogCollector().logger,
            pause: { pause in pauses.withLock { $0.append(pause) } }
        )
        await addresses.lookUp()
        #expect(addresses.known == [try #require(IPAddress("10.96.0.1"))])
        let task = Task { try await addresses.run() }
        try await eventually("both are known") { addresses.known.count == 2 }
        #expect(pauses.withLock { $0.count } == 4)
        #expect(pauses.withLock { $0.allSatisfy { $0 >= .seconds(2) } })
        task.cancel()
        _ = await task.result
    }
}

import NameResolution
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
        return (await APIServerAddresses.find(host, with: resolver, log.logger), log)
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
}

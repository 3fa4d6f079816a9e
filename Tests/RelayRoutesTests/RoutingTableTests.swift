import ObjectModel
import RelayRoutes
import TestSupport
import Testing

@Suite("What ports are for")
struct RoutingTableTests {
    private func problem(_ use: RoutingTable.Use?) -> String? {
        guard case .conflicting(let problem) = use else { return nil }
        return problem
    }

    @Test("A claim is served until it goes or is given up")
    func claims() throws {
        var table = RoutingTable()
        #expect(table.set("relay-20000", to: .claim(try claim())) == [20_000])
        #expect(table[20_000] == .served(try claim()))
        #expect(table[20_001] == nil)
        #expect(table.set("relay-20000", to: .claim(try claim(releasedAt: "2026-01-01T00:00:00Z"))) == [20_000])
        #expect(table[20_000] == nil)
        #expect(table.ports == [20_000])
        #expect(table.set("relay-20000", to: nil) == [20_000])
        #expect(table.ports.isEmpty)
    }

    @Test("A port that a malformed Service leads to isn't served, whoever claims it")
    func malformed() throws {
        var table = RoutingTable()
        _ = table.set("relay-20000", to: .claim(try claim()))
        _ = table.set("relay-20001", to: .claim(try claim(port: 20_001)))
        let touched = table.set("stray", to: .malformed(ports: [20_000, 20_002], problem: "it is odd"))
        #expect(touched == [20_000, 20_002])
        #expect(problem(table[20_000]) == "Service stray can't be used: it is odd; mend or delete it")
        #expect(table[20_001] == .served(try claim(port: 20_001)))
        #expect(problem(table[20_002]) != nil)
        #expect(table.set("stray", to: .unrelated) == [20_000, 20_002])
        #expect(table[20_000] == .served(try claim()))
        #expect(table[20_002] == nil)
    }

    @Test("A claim whose Service is tampered with is closed, and served again once that is mended")
    func tampering() throws {
        var table = RoutingTable()
        _ = table.set("relay-20000", to: .claim(try claim()))
        _ = table.set("relay-20000", to: .malformed(ports: [20_000, 25], problem: "its ports lead elsewhere"))
        #expect(problem(table[20_000]) != nil && problem(table[25]) != nil)
        #expect(table.set("relay-20000", to: .claim(try claim())) == [25, 20_000])
        #expect(table[25] == nil)
        #expect(table[20_000] == .served(try claim()))
    }

    @Test("Two that claim one port get neither")
    func twice() throws {
        var table = RoutingTable()
        _ = table.set("a", to: .claim(try claim()))
        _ = table.set("b", to: .claim(try claim(owner: "other")))
        #expect(problem(table[20_000]) == "the Services a, b claim the same port; delete one")
        _ = table.set("a", to: nil)
        #expect(table[20_000] == .served(try claim(owner: "other")))
    }

    @Test("Only where a claim leads may change under open connections")
    func retargeting() throws {
        let before = try claim()
        #expect(try claim(destination: "e").isRetargeting(before))
        #expect(try claim(servicePort: 587).isRetargeting(before))
        #expect(try !claim(port: 20_001).isRetargeting(before))
        #expect(try !claim(owner: "other").isRetargeting(before))
        #expect(try !claim(namespace: "other").isRetargeting(before))
        #expect(try !claim(resource: "other").isRetargeting(before))
        #expect(try !claim(tenant: "other").isRetargeting(before))
        #expect(try !claim(tenant: nil).isRetargeting(before))
        #expect(try !claim(releasedAt: "2026-01-01T00:00:00Z").isRetargeting(before))
        #expect(try !before.isRetargeting(claim(releasedAt: "2026-01-01T00:00:00Z")))
    }

    /// Whatever happens, in whatever order: the table says the same as one that is made of what there is now, and names
    /// every port whose use has changed.
    @Test("The order of events doesn't matter", arguments: 0..<20)
    func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var table = RoutingTable()
        var services: [String: RelayServiceReading] = [:]
        let ports = 20_000..<20_006
        for _ in 0..<400 {
            let port = Int.random(in: ports, using: &generator)
            let name = Bool.random(using: &generator) ? "relay-\(port)" : "stray-\(port % 3)"
            let reading: RelayServiceReading? =
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: nil
                case 1: .unrelated
                case 2: .malformed(ports: [port, port + 1], problem: "odd")
                case 3: .claim(try claim(port: port, releasedAt: "2026-01-01T00:00:00Z"))
                default: .claim(try claim(port: port, owner: "\(Int.random(in: 0..<3, using: &generator))"))
                }
            let before = Dictionary(uniqueKeysWithValues: (19_999..<20_008).map { ($0, table[$0]) })
            let touched = table.set(name, to: reading)
            services[name] = reading
            var fresh = RoutingTable()
            for (name, reading) in services { _ = fresh.set(name, to: reading) }
            for port in 19_999..<20_008 {
                #expect(table[port] == fresh[port])
                #expect(touched.contains(port) || before[port] == table[port])
            }
            #expect(Set(table.ports) == Set(fresh.ports))
        }
    }
}

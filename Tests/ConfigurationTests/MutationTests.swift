import Configuration
import TestSupport
import Testing

@Suite("Damaged configuration files")
struct ConfigurationMutationTests {
    @Test("No damage makes the reader crash, or accept what the table doesn't", arguments: 0..<20)
    func mutations(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let text = Array(ConfigurationPage.sample.utf8)
        for _ in 0..<100 {
            var octets = text
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: octets[index] = UInt8.random(in: 0...255, using: &random)
                case 1: octets.remove(at: index)
                default: octets.insert(contentsOf: octets[index..<min(index + 9, octets.count)], at: index)
                }
            }
            if let configuration = try? ServerConfiguration(octets, file: "f") {
                #expect((1...1000).contains(configuration.pool.sessions))
                #expect(configuration.relayPorts.lowerBound >= 1024)
                #expect(Set(configuration.instances.map(\.name)).count == configuration.instances.count)
            }
        }
    }
}

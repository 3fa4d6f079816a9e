import FoundationEssentials
import FuzzTargets
import TestSupport
import Testing

/// The inputs that were found worth keeping, those that once failed among them, and what chance makes of them.
/// `scripts/fuzz` looks for more.
@Suite struct FuzzTests {
    /// `Tests/FuzzCorpus/<target>/`.
    private static func corpus(_ target: FuzzTarget) throws -> [(name: String, octets: [UInt8])] {
        let folder = Repository.path("Tests/FuzzCorpus/\(target.rawValue)")
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().compactMap { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)").map { (name, Array($0)) }
        }
    }

    @Test("What was kept holds for ever", arguments: FuzzTarget.allCases)
    func kept(target: FuzzTarget) throws {
        let corpus = try Self.corpus(target)
        #expect(corpus.count > 3)
        for (name, octets) in corpus {
            #expect(throws: Never.self, "\(name)") { try target.run(octets) }
        }
    }

    @Test("What chance makes of it does too", arguments: FuzzTarget.allCases)
    func mutated(target: FuzzTarget) throws {
        var random = SeededGenerator(seed: 2026)
        let corpus = try Self.corpus(target).map(\.octets).filter { $0.count < 2000 }
        let alphabet = Array("\r\n\r\n\r\n.. \t:<>@{}[]\",-'&*|!%0123456789aZ\u{0}\u{7F}ä".utf8) + [0xFF, 0xC3, 0xED]
        for _ in 0..<1500 {
            var octets = corpus.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let index = Int.random(in: 0...octets.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: octets.insert(alphabet.randomElement(using: &random) ?? 0, at: index)
                case 1 where index < octets.count: octets.remove(at: index)
                case 2:
                    let other = corpus.randomElement(using: &random) ?? []
                    let start = Int.random(in: 0...other.count, using: &random)
                    octets.insert(contentsOf: other[start..<min(start + 40, other.count)], at: index)
                default: if index < octets.count { octets[index] = alphabet.randomElement(using: &random) ?? 0 }
                }
            }
            do {
                try target.run(octets)
            } catch {
                // One is enough to begin with.
                Issue.record("\(error): \(String(decoding: octets, as: UTF8.self).debugDescription)")
                return
            }
        }
    }
}

import Testing
import YAML

@Suite("YAML that was damaged at random")
struct YAMLMutationTests {
    /// SplitMix64, so that a failure can be repeated by its seed.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    @Test("It is read or refused, with a place inside the text", arguments: 1...8)
    func survives(seed: UInt64) {
        var generator = Generator(state: seed)
        let original = Array(
            "apiVersion: v1\nmetadata: &m\n  name: 'a'\n  list: [1, *x, \"\\u00e4\"]\n---\n<<: *m\n? |\n  b\n: {c: ~}\n"
                .utf8
        )
        let alphabet = Array("\t\n\r -:,[]{}&*!|>'\"%@`#?~<\\0\u{0}\u{7f}äx".utf8) + [0xFF, 0xC3, 0xFE]
        for _ in 0..<500 {
            var octets = original
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<octets.count, using: &generator)
                let octet = alphabet.randomElement(using: &generator) ?? 0
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: octets[index] = octet
                case 1: octets.insert(octet, at: index)
                default: octets.remove(at: index)
                }
            }
            do throws(YAMLError) {
                _ = try YAML.documents(in: octets)
            } catch {
                let lines = octets.count { $0 == 0x0A || $0 == 0x0D } + 2
                #expect((1...lines).contains(error.position.line) && error.position.column >= 1, "\(octets)")
            }
        }
    }
}

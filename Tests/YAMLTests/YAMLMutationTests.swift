import TestSupport
import Testing
import YAML

@Suite("YAML that was damaged at random")
struct YAMLMutationTests {
    @Test("It is read or refused, with a place inside the text", arguments: 1...8)
    func survives(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
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

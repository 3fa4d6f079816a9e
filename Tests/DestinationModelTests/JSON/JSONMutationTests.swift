import DestinationModel
import Testing
import YAML

@Suite("JSON that was damaged at random")
struct JSONMutationTests {
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

    @Test("It is read or refused, with a place inside the text, as JSON and as a destination", arguments: 1...8)
    func survives(seed: UInt64) {
        var generator = Generator(state: seed)
        let original = Array(
            """
            {"Name": "a", "Type": "MAIL", "ProxyType": "Internet", "mail.smtps.host": "h\\u00e4\\ud83d\\ude00",
             "mail.smtps.port": 465.5e1, "x": [true, false, null, {"y": -1}], "mail.user": <user>}
            """.utf8
        )
        let alphabet = Array("{}[]\",:\\u0dD8-+.eE19tfn<> \n\r\t\u{0}ä".utf8) + [0xFF, 0xC3, 0xED]
        for _ in 0..<500 {
            var octets = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<octets.count, using: &generator)
                let octet = alphabet.randomElement(using: &generator) ?? 0
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: octets[index] = octet
                case 1: octets.insert(octet, at: index)
                default: octets.remove(at: index)
                }
            }
            do throws(JSONError) {
                _ = try JSONReader.document(octets)
            } catch {
                let lines = octets.count { $0 == 0x0A } + 1
                #expect((1...lines).contains(error.position.line) && error.position.column >= 1, "\(octets)")
            }
            do throws(MailDestinationError) {
                _ = try MailDestination(json: octets)
            } catch {
                #expect(!error.problems.isEmpty)
            }
        }
    }
}

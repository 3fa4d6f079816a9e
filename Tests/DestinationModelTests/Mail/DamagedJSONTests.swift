import DestinationModel
import ObjectModel
import TestSupport
import Testing
import YAML

@Suite("JSON that was damaged at random")
struct DamagedJSONTests {
    @Test("It is read or refused, with a place inside the text, as JSON and as a destination", arguments: 1...8)
    func survives(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
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

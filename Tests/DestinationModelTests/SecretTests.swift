import DestinationModel
import Testing

@Suite("Secret")
struct SecretTests {
    private struct Holder {
        let user = "anna"
        let password = Secret("hunter2")
    }

    @Test("Nothing that prints it shows it")
    func printsNothing() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(Holder(), to: &dumped)
        for text in [
            "\(secret)", String(reflecting: secret), "\(Holder())", "\([secret])", "\(Optional(secret) as Any)",
        ] {
            #expect(text.contains("<redacted>"))
            #expect(!text.contains("hunter2"))
        }
        #expect(!dumped.contains("hunter2"))
        #expect(dumped.contains("anna"))
    }

    @Test("It is revealed and compared by its text")
    func reveals() {
        #expect(Secret("a").reveal() == "a")
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
        #expect(Secret("").isEmpty)
    }
}

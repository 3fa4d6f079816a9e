import Kubernetes
import Testing

@Suite("Server versions")
struct ServerVersionTests {
    @Test(
        "a version is read from what the server calls itself",
        arguments: [
            ("v1.28.3", ServerVersion(1, 28)), ("v1.20.2+k3s1", ServerVersion(1, 20)),
            ("v1.32.1-eks-abc", ServerVersion(1, 32)), ("1.36", ServerVersion(1, 36)), ("v1.29+", ServerVersion(1, 29)),
            ("", nil), ("v", nil), ("v1", nil), ("master", nil), ("v1.x", nil),
        ]
    )
    func reading(text: String, version: ServerVersion?) {
        #expect(ServerVersion(text) == version)
    }

    @Test("minor versions are numbers, not digits")
    func order() {
        #expect(ServerVersion(1, 9) < ServerVersion(1, 28))
        #expect(ServerVersion(1, 36) < ServerVersion(2, 0))
        #expect(ServerVersion(1, 36) < .newest)
    }
}

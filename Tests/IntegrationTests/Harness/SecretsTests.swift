import Testing

/// Proof that the search for secrets finds them.
@Suite struct SecretsTests {
    private static let secrets: Secrets = {
        var secrets = Secrets()
        secrets.add(password: "open sesame", user: "ali")
        secrets.add(token: "abcdefghijklmnop", user: "ali")
        return secrets
    }()

    @Test(
        arguments: [
            ("the password is open sesame.", "password of ali"),
            ("AUTH PLAIN AGFsaQBvcGVuIHNlc2FtZQ==", "PLAIN response of ali"),
            ("b3BlbiBzZXNhbWU=", "LOGIN password of ali"),
            ("Authorization: Basic YWxpOm9wZW4gc2VzYW1l", "basic authentication of ali"),
            ("Bearer abcdefghijklmnop", "token"),
            ("AUTH OAUTHBEARER bixhPWFsaSwBYXV0aD1CZWFyZXIgYWJjZGVmZ2hpamtsbW5vcAEB", "encoded token"),
        ]
    )
    func findsSecrets(text: String, name: String) {
        #expect(Self.secrets.found(in: text).contains(name))
    }

    @Test func findsNothingInOtherText() {
        #expect(Self.secrets.found(in: "ali logged in with <redacted>").isEmpty)
    }
}

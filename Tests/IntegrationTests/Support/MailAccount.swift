/// A login at a mail server, with a password (or client secret) that occurs nowhere else.
struct MailAccount: Sendable {
    let user: String
    let password: String

    init(_ name: String) {
        self.user = "\(name)@example.test"
        self.password = "pw-" + Self.random()
    }

    /// Text that no other call gives.
    static func random() -> String {
        String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// A recipient of this test's own, by which it finds its mail.
    static func recipient() -> String { "to-\(Self.random())@example.test" }
}

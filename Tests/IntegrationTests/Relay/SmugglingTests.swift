import Testing

extension WithMailServers.RelayTests {
    /// Ends of a message that one server sees and the other doesn't (CVE-2023-51764, -51765, -51766): what follows would be
    /// a message of its own to the second, under a login that its sender never had.
    @Suite struct SmugglingTests {
        /// What looks like the end of the data to some server, and isn't (RFC 5321 §4.1.1.4).
        private static let variants = [
            "\n.\n", "\r.\r", "\r\n.\r", "\n.\r\n", "\r\n.\n", "\r.\n", "\n.\r", "\r.\r\n", "\r\n\u{0}.\r\n",
            "\r\n.\u{0}\r\n", "\r\n.\r\r\n", "\n\n.\r\n", "\r\n\u{0}\u{0}.\r\n", "\r\n. \r\n", "\r\n.\t\r\n",
            "\r\n..\r\n", "\r\r\n.\r\r\n", "\n.\r\r\n", "\r\n.\r\r\r\n", "\r\r.\r\n",
            "\r\n.\u{B}\r\n", "\r\n.\u{C}\r\n", "\r\n.\u{85}\r\n", "\r\n.\u{2028}", "\u{2028}.\u{2028}",
            "\r\n.\r\u{0}\n",
        ]

        /// How the client sends: the end of its lines, and whether in one piece or octet by octet.
        enum Manner: CaseIterable {
            case whole, octets, bareNewlines

            var lineEnd: String { self == .bareNewlines ? "\n" : "\r\n" }

            /// What ends the data of such a client, beside what does for everybody else.
            var ends: String { "\(lineEnd).\(lineEnd)" }
        }

        /// One attempt.
        struct Attempt {
            let variant: String
            let first = MailAccount.recipient()
            let second = MailAccount.recipient()

            /// The whole session of the client.
            func text(_ end: String) -> String {
                let mail = ["MAIL FROM:<a@example.test>", "RCPT TO:<\(first)>", "DATA", "Subject: one", "", "one"]
                let smuggled = ["MAIL FROM:<b@example.test>", "RCPT TO:<\(second)>", "DATA", "Subject: two", "", "two"]
                return mail.joined(separator: end) + variant + smuggled.joined(separator: end)
                    + "\(end).\(end)QUIT\(end)"
            }
        }

        @Test("No end of data but the true one lets a second message through", arguments: Manner.allCases)
        func variants(manner: Manner) async throws {
            var attempts = Self.variants.map(Attempt.init)
            // To a client of bare newlines this is the mixed stream, and its own end isn't.
            if manner == .bareNewlines {
                attempts.removeAll { $0.variant == manner.ends }
                attempts.append(Attempt(variant: "\r\n.\r\n"))
            }
            try await Self.make(attempts, inPieces: manner == .octets) {
                $0.text(manner.lineEnd)
            } expect: {
                $0 <= 1 && $1 == 0
            }
        }

        @Test("After a refused DATA what was meant for content makes one message at most")
        func afterRefusal() async throws {
            let attempts = (Self.variants + ["\r\n.\r\n"]).map(Attempt.init)
            try await Self.make(attempts) { attempt in
                // Without a recipient that is taken there is no DATA (RFC 5321 §3.3).
                attempt.text("\r\n").replacing("RCPT TO:<\(attempt.first)>", with: "RCPT TO:<\(attempt.first)")
            } expect: {
                $0 == 0 && $1 <= 1
            }
        }

        /// Makes each attempt at a relay, over a connection of its own.
        ///
        /// - Parameter isRight: whether so many messages may be stored for the first and the second recipient.
        private static func make(
            _ attempts: [Attempt],
            inPieces: Bool = false,
            _ text: (Attempt) -> String,
            expect isRight: (_ first: Int, _ second: Int) -> Bool
        ) async throws {
            let servers = try MailServers.current
            let directory = try RelayDirectory.dedicated(.basic(servers.accounts.shop, port: servers.postfix.port))
            try await RelayProcess.run(directory, authority: servers.authority) { relay in
                for attempt in attempts {
                    let session = try SMTPSession(port: relay.port())
                    try session.send(text(attempt), inPieces: inPieces)
                    try await session.waitUntilClosed()
                }
                // What was let through has been stored when a later message has.
                let last = MailAccount.recipient()
                #expect(try await Swaks(port: relay.port(), recipient: last).send("Subject: last\n\n").succeeded)
                _ = try await servers.postfix.message(to: last)
            }
            for attempt in attempts {
                let counts = [attempt.first, attempt.second].map { servers.postfix.messages(to: $0).count }
                #expect(isRight(counts[0], counts[1]), "\(attempt.variant.debugDescription): \(counts)")
            }
        }

        @Test("Without the relay, this Postfix takes what it must not")
        func withoutRelay() async throws {
            let postfix = try MailServers.current.postfix
            let attempt = Attempt(variant: "\r\n.\n")
            let session = try SMTPSession(port: postfix.plainPort)
            #expect(try await session.reply().hasPrefix("220 "))
            try session.send("EHLO localhost\r\n" + attempt.text("\r\n"))
            try await session.waitUntilClosed()
            _ = try await postfix.message(to: attempt.second)
        }
    }
}

extension SMTPSession {
    /// Sends octet by octet, so that the far side may see any part of it alone, for as long as it takes any.
    fileprivate func send(_ text: String, inPieces: Bool) throws {
        guard inPieces else { return try self.send(text) }
        do {
            for scalar in text.unicodeScalars { try self.send(String(scalar)) }
        } catch Failure.closed {}
    }
}

import DestinationModel
import DestinationSources
import NIOCore
import SMTP
import Testing

@testable import Relay
@testable import TLS

@Suite struct UpstreamFailureTests {
    @Test(arguments: [
        (UpstreamFailure.Kind.destination, "451 4.3.5"), (.nameResolution, "451 4.4.3"), (.connect, "451 4.4.1"),
        (.address, "451 4.4.4"),
        (.refused, "451 4.4.1"), (.tls, "451 4.7.5"), (.token, "451 4.7.0"), (.login, "451 4.7.0"),
        (.proto, "451 4.4.2"), (.timeout, "451 4.4.2"), (.lost, "451 4.4.2"), (.poolFull, "451 4.3.2"),
        (.poolWait, "451 4.3.2"), (.draining, "421 4.3.2"),
    ])
    func theClientHears(kind: UpstreamFailure.Kind, start: String) throws {
        let reply = UpstreamFailure(kind, "a reason").reply(for: try TestRelay.route(tenant: "t1"))
        #expect(wire(reply) == "\(start) mail (destination mail, tenant t1): a reason\r\n")
    }

    /// What a server or a file says must not become a reply of its own.
    @Test(arguments: ["\r\n", "\n", "\r", "\u{0}", "\u{85}", "\u{2028}", "\u{7F}", "\u{E4}", "\u{1F4E7}"])
    func aReplyIsOneLineOfASCII(character: String) throws {
        let failure = UpstreamFailure(.lost, "before\(character)250 after")
        let octets = Array(wire(failure.reply(for: try TestRelay.route())).utf8)
        #expect(octets.filter { $0 == 0x0A } == [0x0A])
        #expect(octets.dropLast(2).allSatisfy { (0x20...0x7E).contains($0) })
    }

    @Test func aReplyIsNoLongerThanALineMayBe() throws {
        for character in ["x", "\u{E4}", "\u{1F4E7}"] {
            let failure = UpstreamFailure(.lost, String(repeating: character, count: 5000))
            let text = wire(failure.reply(for: try TestRelay.route()))
            #expect(text.utf8.count <= 512)
            #expect(failure.reason.utf8.count <= 512)
            // Where a character is cut away that has more bytes than one, the reason is shorter than the line may be.
            #expect(text.hasSuffix("...\r\n") == (character == "x"))
        }
    }

    @Test("A reply names no file, and neither address nor certificate of another service than the mail server")
    func publicReasons() throws {
        let path = "/etc/secret/path"
        let reference = DestinationReference(destination: "mail", instance: "default", tenant: nil)
        let finding = DestinationFinding(file: path, message: "mail.user: is missing")
        let lookUp = DestinationLookupError(.malformed, reference, findings: [finding], detail: "can't open \(path)")
        let token = TokenError(.serviceUnavailable, status: 503, detail: "certificate is for \(path)")
        let refused = TokenError(.credentialsRefused, status: 401, oauthError: "invalid_client", detail: path)
        let tls = TLSError(code: .configuration, reason: "can't read \(path)")
        let failures = [
            (UpstreamFailure(lookUp), "the destination can't be used: mail.user: is missing; correct it"),
            (UpstreamFailure(token), "no access token: the token service is not available"),
            (
                UpstreamFailure(refused),
                "no access token: the token service refuses the credentials (error invalid_client)"
            ),
            (UpstreamFailure(configuring: tls), "TLS configuration"),
        ]
        for (failure, text) in failures {
            #expect(failure.reason.contains(path))
            let reply = failure.reply(for: try TestRelay.route()).text
            #expect(reply.hasSuffix(" mail (destination mail): \(text)"), "\(reply)")
        }
    }

    @Test func anErrorOfALostSessionIsNotOneOfConnecting() {
        let destination = MailDestination(name: "mail", host: "mail.example")
        let error = IOError(errnoCode: 104, reason: "read")
        #expect(UpstreamFailure(losing: error, with: destination).kind == .lost)
        #expect(UpstreamFailure(connecting: error, to: destination).kind == .connect)
    }

    private func wire(_ reply: Reply) -> String {
        var buffer = ByteBuffer()
        buffer.writeReply(reply)
        return String(buffer: buffer)
    }
}

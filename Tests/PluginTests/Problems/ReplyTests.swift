import DestinationModel
import DestinationSources
import SMTP
import TestSupport
import Testing

@testable import Relay
@testable import kubectl_tproxy

/// By the replies that the relay itself makes.
@Suite("What the relay's replies mean")
struct ReplyTests {
    private static let reference = DestinationReference(destination: "dest", instance: "inst", tenant: "acme")
    private static let destination = MailDestination(name: "dest", host: "mail.example")

    private func code(_ failure: UpstreamFailure, at stage: SMTPStage = .sender) throws -> ProblemCode {
        let route = try #require(
            Route(namespace: "shop", resource: "mail", destination: Self.reference, servicePort: 465)
        )
        return ProblemCode(reply: failure.reply(for: route), at: stage, resource: "mail")
    }

    @Test(
        "Each kind of failure has a code",
        arguments: [
            (.destination, .destinationMissing), (.nameResolution, .mailServerUnreachable),
            (.address, .mailServerUnreachable), (.connect, .mailServerUnreachable), (.tls, .tlsFails),
            (.login, .loginRefused),
            (.timeout, .mailServerUnreachable), (.lost, .mailServerUnreachable), (.poolFull, .mailsWait),
            (.poolWait, .mailsWait), (.draining, .noRelayReady),
        ] as [(UpstreamFailure.Kind, ProblemCode)]
    )
    func kinds(kind: UpstreamFailure.Kind, code: ProblemCode) throws {
        #expect(try self.code(UpstreamFailure(kind, "mail.example port 465: something")) == code)
    }

    @Test("What the mail server says of a session has, too")
    func sessions() throws {
        let no = Reply(554, "5.7.1 go away")
        let cases: [(ClientFailure, ProblemCode)] = [
            (.refused(no), .mailServerTurnsAway), (.loginRefused(.plain, no), .loginRefused),
            (.loginDeferred(.plain, no), .loginRefused), (.noMechanism(offered: []), .loginRefused),
            (.malformed(.notAReply), .mailServerTurnsAway), (.unexpectedReply(no), .mailServerTurnsAway),
            (.greetingRefused(no), .mailServerTurnsAway), (.greetedWithoutTLS(Reply(220, "hi")), .tlsFails),
            (.notTLS, .tlsFails),
        ]
        for (failure, code) in cases {
            #expect(try self.code(UpstreamFailure(failure, at: Self.destination)) == code, "\(failure)")
        }
        #expect(try code(UpstreamFailure(.token, "no access token: the token service says no")) == .noAccessToken)
        #expect(
            try code(UpstreamFailure(.lost, "mail.example has closed the session"), at: .content) == .messagesBreakOff
        )
    }

    @Test("What keeps the destination from being found has, too")
    func lookups() throws {
        let cases: [(DestinationLookupError.Code, String?, ProblemCode)] = [
            (.noSuchInstance, nil, .destinationMissing), (.noSuchTenant, nil, .destinationMissing),
            (.noSuchDestination, nil, .destinationMissing), (.noSuchFragment, nil, .destinationMissing),
            (.tenantNotSubscribed, nil, .destinationMissing), (.malformed, nil, .destinationMissing),
            (.typeNotSupported, nil, .destinationMissing), (.proxyTypeNotSupported, nil, .destinationMissing),
            (.serviceUnavailable, "no answer", .destinationServiceDown),
            (.bindingUnusable, "Secret ns/binding isn't there", .bindingUnusable),
            (.credentialsRefused, nil, .bindingUnusable), (.malformedAnswer, nil, .destinationServiceDown),
        ]
        for (kind, detail, code) in cases {
            let error = DestinationLookupError(kind, Self.reference, detail: detail)
            #expect(try self.code(UpstreamFailure(error)) == code, "\(error)")
        }
    }

    @Test(
        "All else is the mail server's word, even if it looks like the relay's",
        arguments: [
            (451, "4.7.1 greylisted"), (550, "5.1.1 unknown user"), (451, "4.4.1 somebody (destination x): no"),
            (451, "4.7.0"), (553, ""), (554, "mail (destination dest): no"),
        ]
    )
    func others(code: Int, text: String) {
        #expect(ProblemCode(reply: Reply(code, text), at: .recipient, resource: "mail") == .messagesRefused)
    }

    @Test("Connections beyond the limit and a relay that stops are told by their words")
    func connections() {
        let many = Reply(421, "4.3.2 too many connections, try again later")
        #expect(ProblemCode(reply: many, at: .greeting, resource: "mail") == .connectionsNearLimit)
        let stopping = Reply(421, "4.3.2 relay is being stopped, try again")
        #expect(ProblemCode(reply: stopping, at: .greeting, resource: "mail") == .noRelayReady)
    }

    @Test("A port without TLS is another matter than a certificate")
    func plaintext() throws {
        let route = try #require(
            Route(namespace: "shop", resource: "mail", destination: Self.reference, servicePort: 465)
        )
        func advice(_ failure: ClientFailure) -> String {
            let reply = UpstreamFailure(failure, at: Self.destination).reply(for: route)
            return ProblemCode(reply: reply, at: .sender, resource: "mail").advice(for: reply, at: .sender)
        }
        #expect(advice(.greetedWithoutTLS(Reply(220, "mail ESMTP"))).contains("mail.smtps.port"))
        #expect(advice(.notTLS).contains("mail.smtps.port"))
        let certificate = Reply(451, "4.7.5 mail (destination dest): certificate not accepted")
        #expect(ProblemCode.tlsFails.advice(for: certificate, at: .sender).contains("certificate"))
    }

    @Test("Every code that a reply leads to is explained, and its advice is one sentence on one line")
    func advice() throws {
        let page = try Repository.text("docs/problems.md")
        let codes: [ProblemCode] = [
            .destinationMissing, .destinationServiceDown, .bindingUnusable, .mailServerUnreachable,
            .mailServerTurnsAway, .tlsFails, .noAccessToken, .loginRefused, .mailsWait, .connectionsNearLimit,
            .noRelayReady, .messagesBreakOff, .messagesRefused,
        ]
        var sentences: Set<String> = []
        for code in codes {
            #expect(page.contains("\n### \(code.title)\n"), "\(code.title)")
            let sentence = code.advice(for: Reply(550, "no"), at: .recipient)
            #expect(!sentence.isEmpty && !sentence.contains("\n"))
            sentences.insert(sentence)
        }
        #expect(sentences.count == codes.count)
        let stages: [SMTPStage] = [.greeting, .sender, .recipient, .content]
        #expect(Set(stages.map { ProblemCode.messagesRefused.advice(for: Reply(550, ""), at: $0) }).count == 4)
        #expect(Set(stages.map { ProblemCode.messagesRefused.advice(for: Reply(450, ""), at: $0) }).count == 1)
    }
}

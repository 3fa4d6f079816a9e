import ObjectModel
import SMTP

/// What is said of a test mail in the end.
struct DeliveryReport {
    let route: MailRoute
    let delivery: Delivery

    var outcome: Outcome {
        switch delivery {
        case .accepted: .good
        case .refused: .findings
        case .unknown(.timeout): .timedOut
        case .unknown: .failed
        }
    }

    /// For people.
    func lines(_ screen: Screen) -> [StyledText] {
        switch delivery {
        case .accepted(let reply):
            return [head(.good, "the mail server has taken the mail: \(Self.words(reply))", screen)]
        case .unknown(let failure):
            return [head(.unknown, "\(failure); the mail may have been delivered or not", screen)]
        case .refused(let stage, let reply):
            return [head(.bad, "\(Self.what(stage)) refused: \(Self.words(reply))", screen)]
                + ProblemLines(problem(stage, reply)).lines(width: screen.terminal.width)
        }
    }

    /// For programs.
    var object: ObjectValue {
        var members: [String: ObjectValue] = [
            "namespace": .string(route.namespace), "name": .string(route.resource),
        ]
        members["tenant"] = route.tenant.map(ObjectValue.string)
        switch delivery {
        case .accepted(let reply):
            members["outcome"] = .string("delivered")
            members["reply"] = Self.object(reply)
        case .unknown(let failure):
            members["outcome"] = .string("unknown")
            members["message"] = .string(failure.description)
        case .refused(let stage, let reply):
            members["outcome"] = .string("refused")
            members["stage"] = .string(stage.rawValue)
            members["reply"] = Self.object(reply)
            members["problem"] = problem(stage, reply).object
        }
        return .object(members)
    }

    private func problem(_ stage: SMTPStage, _ reply: Reply) -> DestinationProblems.Problem {
        let code = ProblemCode(reply: reply, at: stage, resource: route.resource)
        return DestinationProblems.Problem(code, [code.advice(for: reply, at: stage)])
    }

    private func head(_ mark: Mark, _ sentence: String, _ screen: Screen) -> StyledText {
        screen.mark(mark) + " " + StyledText(route.name, .strong) + StyledText(": \(sentence)")
    }

    private static func what(_ stage: SMTPStage) -> String {
        switch stage {
        case .greeting, .hello: "the connection was"
        case .sender: "the sender was"
        case .recipient: "the recipient was"
        case .content: "the mail was"
        }
    }

    private static func words(_ reply: Reply) -> String { "\(reply.code) \(reply.text)" }

    private static func object(_ reply: Reply) -> ObjectValue {
        .object(["code": .integer(reply.code), "text": .string(BoundedText.line(reply.text, limit: 64 << 10))])
    }
}

import ArgumentParser
import DestinationModel
import ObjectModel

struct SendCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sends a test mail through a Destination, and explains a refusal.",
        discussion: """
            The mail goes to a relay through kubectl port-forward and leaves under the tenant's login, as those of
            applications do. Exits with 2 where it is refused. Where the relays are stands in the Destination's Service;
            who may not read that says it with --system-namespace.

            Examples:
              kubectl tproxy send mail-dest --from shop@example.com --to me@example.com

              # For one of several tenants, with every line of the dialogue
              kubectl tproxy send mail-dest -v --tenant a --from a@b.com --to c@d.com

              # For programs
              kubectl tproxy send mail-dest --from a@example.com --to b@example.com -o json
            """
    )

    @Argument(help: ArgumentHelp("The Destination.", valueName: "name"), transform: DestinationArgument.read)
    var name: String

    @Option(help: ArgumentHelp("Whose mail it is; needed where there are several.", valueName: "subdomain"))
    var tenant: String?

    @Option(help: ArgumentHelp("The sender's address; most logins may send as one only.", valueName: "address"))
    var from: String

    @Option(help: ArgumentHelp("The recipient's address.", valueName: "address"))
    var to: String

    @Option(help: ArgumentHelp("What the mail is about.", valueName: "text"))
    var subject = "A test by kubectl tproxy"

    @Flag(name: .shortAndLong, help: "Show the dialogue.")
    var verbose = false

    @Option(name: .shortAndLong, help: ArgumentHelp("text or json.", valueName: "format"))
    var output = ReportFormat.text

    @Option(help: ArgumentHelp("How long the relay may take, in seconds.", valueName: "seconds"))
    var timeout = 60

    @OptionGroup var system: SystemNamespaceOption

    @OptionGroup var common: CommonOptions

    enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    private static let longestSubject = 500

    func validate() throws {
        for (option, text) in [("from", from), ("to", to)] {
            do throws(MailAddress.Fault) {
                _ = try MailAddress(text)
            } catch {
                throw ValidationError("--\(option): \(error)")
            }
        }
        guard subject.utf8.count <= Self.longestSubject, BoundedText.line(subject, limit: .max) == subject else {
            throw ValidationError(
                "--subject: it must be on one line, without control characters, and of at most \(Self.longestSubject) octets"
            )
        }
        guard (1...3600).contains(timeout) else { throw ValidationError("--timeout must be between 1 and 3600") }
        try system.validateName()
    }

    func run(_ session: Session) async throws -> Outcome {
        // Where it is usually installed, asked for beside the rest; whether that's right is known last.
        let likely = system.name ?? SystemNamespaceOption.usual
        async let likelyRelay = Self.relay(in: likely, session)
        let view = DestinationView(try await session.kubectl.destination(name))
        let route: MailRoute
        do throws(MailRoute.Fault) {
            route = try MailRoute(view, tenant: tenant)
        } catch  where view.status.tenants.isEmpty {
            return try show(DestinationProblems(view).problems, of: view, session)
        } catch {
            throw ValidationError(error.description)
        }
        guard let port = route.port else { return try show(DestinationProblems(view).problems, of: view, session) }
        let namespace =
            if let name = system.name { name } else { try await session.kubectl.systemNamespace(of: route) }
        let found = namespace == likely ? await likelyRelay : await Self.relay(in: namespace, session)
        guard let pod = try found.get() else {
            let problem = DestinationProblems.Problem(
                .noRelayReady,
                ["no relay in the namespace \(namespace) is ready; see why: kubectl get pods -n \(namespace)"]
            )
            return try show([problem], of: view, session)
        }
        try session.errors.write("sending by the relay \(namespace)/\(pod), port \(port) ...")
        let report = DeliveryReport(route: route, delivery: try await deliver(route, pod, namespace, port, session))
        switch output {
        case .text: try session.output.write(report.lines(session.output))
        case .json: try session.output.write(report.object.json() + [UInt8(ascii: "\n")])
        }
        return report.outcome
    }

    private static func relay(in namespace: String, _ session: Session) async -> Result<String?, KubectlError> {
        do throws(KubectlError) {
            return .success(try await session.kubectl.readyRelay(in: namespace))
        } catch {
            return .failure(error)
        }
    }

    private func deliver(
        _ route: MailRoute,
        _ pod: String,
        _ namespace: String,
        _ port: Int,
        _ session: Session
    ) async throws -> Delivery {
        let mail = TestMail(
            from: try MailAddress(from),
            to: try MailAddress(to),
            subject: subject,
            route: route.name
        )
        do {
            return try await session.kubectl.withPortForward(to: pod, in: namespace, ports: [port]) { ports in
                guard let local = ports[port] else { throw SMTPDialogue.Failure.closed }
                return try await SMTPDialogue.run(port: local, within: .seconds(timeout), watch: watch(session)) {
                    try await $0.deliver(mail)
                }
            }
        } catch SMTPDialogue.Failure.timeout {
            throw KubectlError(.timeout, "the relay hasn't answered within \(timeout) s; nothing was delivered")
        } catch let failure as SMTPDialogue.Failure {
            throw KubectlError(
                .other,
                "\(failure); it may not have opened port \(port) for \(route.name) yet: kubectl tproxy describe -n \(route.namespace) \(route.resource)"
            )
        }
    }

    /// Shows the dialogue, if that is wanted.
    private func watch(_ session: Session) -> (SMTPDialogue.Line) -> Void {
        guard verbose else { return { _ in } }
        return { line in
            switch line {
            case .sent(let text): try? session.errors.write(StyledText("> ", .faint) + StyledText(text))
            case .received(let text): try? session.errors.write(StyledText("< \(text)", .faint))
            }
        }
    }

    /// Nothing can be sent, for these reasons.
    private func show(
        _ problems: [DestinationProblems.Problem],
        of view: DestinationView,
        _ session: Session
    ) throws -> Outcome {
        switch output {
        case .text:
            let head =
                session.output.mark(.bad) + " " + StyledText("\(view.namespace)/\(view.name)", .strong)
                + ": nothing can be sent"
            let width = session.output.terminal.width
            try session.output.write(
                [head] + problems.flatMap { ProblemLines($0, cluster: common.cluster).lines(width: width) }
            )
        case .json:
            let object = ObjectValue.object([
                "namespace": .string(view.namespace), "name": .string(view.name), "outcome": .string("notTried"),
                "problems": .array(problems.map(\.object)),
            ])
            try session.output.write(object.json() + [UInt8(ascii: "\n")])
        }
        return .findings
    }
}

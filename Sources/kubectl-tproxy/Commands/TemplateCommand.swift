import ArgumentParser
import Glibc

struct TemplateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template",
        abstract: "Prints a destination of type MAIL to start from.",
        discussion: """
            As JSON to import in the BTP cockpit, or as a Secret for an instance that is a folder. Put in what stands in
            angle brackets.

            Examples:
              kubectl tproxy template mail-dest > mail-dest.json
              kubectl tproxy template bills --authentication oauth2 --host mail.example.com
              kubectl tproxy template mail-dest --secret -n tproxy-system > secret.yaml
            """
    )

    @Argument(help: ArgumentHelp("The destination's name.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("The mail server.", valueName: "host"))
    var host = "<mail server>"

    @Option(help: "How to log in: basic, oauth2 or none.")
    var authentication = MailTemplate.Authentication.basic

    @Flag(help: "As a Secret of Kubernetes.")
    var secret = false

    @Option(name: .shortAndLong, help: "The Secret's namespace.")
    var namespace: String?

    func validate() throws {
        if name.isEmpty { throw ValidationError("say what the destination is called") }
        let template = MailTemplate(name: name, host: host, authentication: authentication)
        if secret, !template.fitsSecret {
            throw ValidationError(
                "a Secret can't hold a destination of that name, which may have letters, digits, '-', '_' and '.'"
            )
        }
    }

    func run() throws {
        let template = MailTemplate(name: name, host: host, authentication: authentication)
        let screen = Screen(STDOUT_FILENO, color: .never, environment: [:])
        do {
            try screen.write(Array((secret ? template.secret(in: namespace) : template.text).utf8))
        } catch {
            throw ExitCode(Outcome.failed.rawValue)
        }
    }
}

extension MailTemplate.Authentication: ExpressibleByArgument {}

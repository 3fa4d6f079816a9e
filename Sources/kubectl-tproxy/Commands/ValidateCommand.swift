import ArgumentParser
import DestinationRules
import FoundationEssentials
import Glibc
import ObjectModel

struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks Destinations in files, without a cluster.",
        discussion: """
            Finds all faults at once, by the rules of the admission server, and says where they are and how to mend them.
            Exits with 2 where there are any.

            Examples:
              kubectl tproxy validate -f mail.yaml
              kubectl tproxy validate -f manifests/ --instance dest-service
              kustomize build . | kubectl tproxy validate -f - -o json
            """
    )

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A file, a folder of files, or - for standard input; may be given again.", valueName: "file")
    )
    var filename: [String] = []

    @Option(
        help: ArgumentHelp("An instance that the configuration names; may be given again.", valueName: "name")
    )
    var instance: [String] = []

    @Option(help: ArgumentHelp("The configuration's default instance.", valueName: "name"))
    var defaultInstance: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("text or json.", valueName: "format"))
    var output = ReportFormat.text

    @OptionGroup(title: "Screen") var screen: ScreenOptions

    enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    func validate() throws {
        if filename.isEmpty {
            throw ValidationError("say what to check: -f FILE, -f FOLDER, or -f - for standard input")
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let output = Screen(STDOUT_FILENO, color: screen.color, environment: environment)
        let errors = Screen(STDERR_FILENO, color: screen.color, environment: environment)
        var names = Set(instance)
        if let defaultInstance { names.insert(defaultInstance) }
        let instances = names.isEmpty ? nil : RuleContext.Instances(names: names, defaultName: defaultInstance)
        var validation = FileValidation(instances: instances)
        for name in filename { validation.check(InputFile.all(name)) }
        do throws(OutputClosed) {
            switch self.output {
            case .text: try ValidationScreen(validation, screen: output).write(errors: errors)
            case .json: try output.write(validation.object.json() + [UInt8(ascii: "\n")])
            }
        } catch {
            throw ExitCode(Outcome.failed.rawValue)
        }
        let outcome = validation.outcome
        if outcome != .good { throw ExitCode(outcome.rawValue) }
    }
}

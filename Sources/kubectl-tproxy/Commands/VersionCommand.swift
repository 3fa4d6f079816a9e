import ArgumentParser
import CommandLineSupport
import ObjectModel

struct VersionCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Prints the versions of the plugin and of the servers.",
        discussion: """
            Exits with 2 where they don't belong together.

            Examples:
              kubectl tproxy version
              kubectl tproxy version --client
              kubectl tproxy version -o json
            """
    )

    @Flag(help: "Only the plugin's; no cluster is asked.")
    var client = false

    @Option(name: .shortAndLong, help: ArgumentHelp("text, json or yaml.", valueName: "format"))
    var output = ReportFormat.text

    @OptionGroup var system: SystemNamespaceOption

    @OptionGroup var common: CommonOptions

    enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json, yaml
    }

    func validate() throws { try system.validateName() }

    func run(_ session: Session) async throws -> Outcome {
        var report = VersionReport(client: BuildInformation.version)
        if !client {
            do throws(KubectlError) {
                report.parts = try await session.kubectl.serverParts(in: system.name ?? SystemNamespaceOption.usual)
            } catch {
                report.gap = error
            }
        }
        switch output {
        case .text: try session.output.write(report.lines(session.output))
        case .json: try session.output.write(report.object.json() + [UInt8(ascii: "\n")])
        case .yaml: try session.output.write(Array(report.yaml.utf8))
        }
        guard let gap = report.gap else { return report.skew.isEmpty ? .good : .findings }
        session.complain("the servers' versions can't be read: \(gap.advice)")
        return gap.code == .timeout ? .timedOut : .failed
    }
}

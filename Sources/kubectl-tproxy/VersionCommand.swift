import ArgumentParser
import CommandLineSupport

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the plugin's version.")

    func run() {
        print("kubectl-tproxy \(BuildInformation.version)")
    }
}

import ArgumentParser

@main
struct AdmissionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tproxy-admission")
}

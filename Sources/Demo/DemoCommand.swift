import ArgumentParser

@main
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tproxy-demo")
}

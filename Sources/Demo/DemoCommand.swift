import ArgumentParser

/// Sets up all that the relay needs around it, and the relay, on this machine.
@main
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tproxy-demo",
        abstract: "Shows the relay at work on this machine: mail server, token server, relay and two tenants.",
        discussion: """
            Starts a mail server (SMTPS) and a token server with certificates made on the spot, writes a Destination and \
            a destination for each of two tenants to a temporary directory, and starts the relay on it. tenant-a logs in \
            with user and password, tenant-b with OAuth2 client credentials. Everything listens on 127.0.0.1 only and is \
            gone when the demo ends; without --send the received mail stays in the temporary directory.

            EXAMPLES
              tproxy-demo                         run until Ctrl-C; prints what to type
              tproxy-demo --send                  send a mail for each tenant, check both, and exit
              tproxy-demo --send --show-relay     the same with the relay's log lines
              tproxy-demo --relay ./tproxy-relay  with a relay from elsewhere
            """
    )

    @Flag(
        help: "Send one mail for each tenant, show the dialogue, check what arrived, and exit: 0 only if all is well."
    )
    var send = false

    @Option(help: ArgumentHelp("The relay's binary. Default: tproxy-relay beside this program.", valueName: "path"))
    var relay: String?

    @Option(help: ArgumentHelp("The first port that the relay tries to listen on.", valueName: "port"))
    var firstPort = 1465

    @Option(help: ArgumentHelp("The port for the relay's metrics; a free one if it is in use.", valueName: "port"))
    var metricsPort = 9494

    @Option(help: ArgumentHelp("With --send: how long all of it may take, in seconds.", valueName: "seconds"))
    var timeLimit = 60

    @Flag(help: "Show the relay's log on standard error with --send, too.")
    var showRelay = false

    func validate() throws {
        guard (1...65535).contains(firstPort), (1...65535).contains(metricsPort) else {
            throw ValidationError("Ports are numbers from 1 to 65535.")
        }
        guard (1...3600).contains(timeLimit) else {
            throw ValidationError("--time-limit is 1 to 3600 seconds.")
        }
    }

    func run() async throws {
        let terminal = Terminal()
        do {
            let status = try await DemoRun(command: self, terminal: terminal).run()
            if status != 0 { throw ExitCode(status) }
        } catch let problem as DemoProblem {
            terminal.complain(problem.description)
            throw ExitCode(problem.exitCode)
        }
    }
}

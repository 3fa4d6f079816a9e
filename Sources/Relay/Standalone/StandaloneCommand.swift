import ArgumentParser
import CommandLineSupport
import Logging
import ServerSupport

/// `tproxy-relay standalone`: the relay by itself, from a folder of files.
struct StandaloneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "standalone",
        abstract: "Run the relay by itself, from a folder of files.",
        discussion: """
            DIR/*.yaml                                          Destination resources
            DIR/destinations/INSTANCE/DESTINATION.json          a MAIL destination
            DIR/destinations/INSTANCE/TENANT/DESTINATION.json   the same, of one tenant

            For each route a line of JSON on standard output says where it listens. A changed destination file takes \
            effect within a second.

            Example:
              tproxy-relay standalone --directory ./mail
              telnet 127.0.0.1 1465
            """
    )

    @Option(help: ArgumentHelp("The folder.", valueName: "DIR"))
    var directory: String

    @Option(help: "The address to listen on.")
    var address = "127.0.0.1"

    @Option(help: "The first route's port; the others follow. A port in use is skipped.")
    var firstPort = 1465

    @Option(help: "The port of /metrics, /healthz and /readyz; 0 for any.")
    var metricsPort = 9494

    @Option(help: ArgumentHelp("Trust the certificates in this file too.", valueName: "PEM"))
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "The instance of resources that name none. Default: the only instance folder there is.",
            valueName: "NAME"
        )
    )
    var defaultInstance: String?

    @OptionGroup(title: "Log")
    var log: LogOptions

    @OptionGroup(title: "Limits")
    var limits: LimitOptions

    @OptionGroup(title: "Sessions with mail servers")
    var pool: PoolOptions

    @OptionGroup(title: "Addresses")
    var addresses: AddressOptions

    func validate() throws {
        try OptionBound.check([("first-port", firstPort, 1...65_535), ("metrics-port", metricsPort, 0...65_535)])
    }

    func run() async throws {
        try await log.run("tproxy-relay", orSay: "can't go on") { logger, _ in
            try await Standalone(self, logger: logger).run()
        }
    }
}

import ArgumentParser

/// What the benchmark's mail comes from, goes through and ends in. Lean, so that the proxies between are what is measured.
@main
struct MailLoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tproxy-load",
        abstract: "Sends mail, delays it and takes it, and does worse, for Benchmarks/run.",
        subcommands: [SinkCommand.self, DelayCommand.self, SendCommand.self, AbuseCommand.self]
    )

    /// The login of every client at the sink (RFC 4616), which guards nothing.
    static let login = "\u{0}bench\u{0}bench"
}

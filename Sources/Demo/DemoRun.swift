import FoundationEssentials
import MailSink
import NIOCore
import NIOPosix
import UnixSignals

/// The demo from its beginning to its end.
struct DemoRun {
    let command: DemoCommand
    let terminal: Terminal

    /// - Returns: the exit code.
    func run() async throws -> Int32 {
        let relayPath = try relayPath()
        let tenants = Tenant.all()
        let directory = try StandaloneDirectory()
        defer { directory.remove(keepingMail: !command.send) }

        let servers = try await DemoServers.start(tenants: tenants, directory: directory, terminal: terminal)
        let metricsPort = try await FreePort.orAnother(command.metricsPort)
        let relay = try await RelayProcess.start(
            relayPath,
            [
                "standalone", "--directory", directory.path, "--address", "127.0.0.1", "--first-port",
                "\(command.firstPort)", "--metrics-port", "\(metricsPort)", "--ca-file", directory.certificateFile,
                "--default-instance", StandaloneDirectory.instance, "--log-format", "text",
            ],
            isQuiet: isQuiet
        )
        let status: Int32
        do {
            status = try await withEnd(of: relay) {
                try await show(relay, servers, directory, tenants, metricsPort: metricsPort)
            }
        } catch {
            await servers.stop()
            throw error
        }
        await servers.stop()
        return status
    }

    /// Whether the relay's log lines are kept out of the dialogue.
    private var isQuiet: Bool { command.send && !command.showRelay }

    private func relayPath() throws -> String {
        if let path = command.relay { return path }
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(filePath: own).deletingLastPathComponent().appending(path: "tproxy-relay").path
    }

    /// Does `body` until it is done, a signal asks for the end, the relay dies, or the time of `--send` is over.
    private func withEnd(of relay: RelayProcess, _ body: @escaping @Sendable () async throws -> Int32) async throws
        -> Int32
    {
        let limit = command.send ? command.timeLimit : nil
        let terminal = terminal
        return try await withThrowingTaskGroup(of: Int32.self) { group in
            group.addTask { try await body() }
            group.addTask {
                for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) {
                    terminal.say("Stopping (\(signal)).")
                    return limit == nil ? 0 : 130
                }
                throw CancellationError()
            }
            group.addTask {
                let exitCode = try await relay.waitForExit()
                // On Ctrl-C the terminal signals the relay too, and it may well be gone before us.
                try await Task.sleep(for: .milliseconds(300))
                throw DemoProblem.relayEnded(exitCode, isQuiet: isQuiet)
            }
            if let limit {
                group.addTask {
                    try await Task.sleep(for: .seconds(limit))
                    throw DemoProblem.timedOut(limit, waitingFor: "The round of mails")
                }
            }
            let first = await group.nextResult()
            group.cancelAll()
            // The task that waits for the relay's end can't be cancelled: it ends with the relay.
            await relay.stop()
            return try first?.get() ?? 1
        }
    }

    private func show(
        _ relay: RelayProcess,
        _ servers: DemoServers,
        _ directory: StandaloneDirectory,
        _ tenants: [Tenant],
        metricsPort: Int
    ) async throws -> Int32 {
        terminal.say("SMTPS for applications that speak plain SMTP", .bold)
        terminal.say("  mail server    smtps://localhost:\(servers.mail.port)")
        terminal.say("  token server   \(servers.tokenURL)")
        terminal.say("  relay          pid \(relay.pid), reads \(directory.path)")
        terminal.say("  metrics        http://127.0.0.1:\(metricsPort)/metrics")
        if !command.send { terminal.say("  received mail  \(directory.mailFolder)/*.eml") }
        terminal.say()
        let routes = try await routes(of: relay, tenants)
        for tenant in tenants {
            guard let route = routes[tenant.name] else { continue }
            terminal.say(
                "  \(route.service) port 465 in a cluster is \(route.address) port \(route.port) here; "
                    + "\(tenant.authentication), \(tenant.user)"
            )
        }
        terminal.say()
        if command.send {
            return try await SendRound(terminal: terminal, servers: servers, tenants: tenants, routes: routes).run()
        }
        explain(routes, tenants)
        // Until a signal comes, or the relay dies.
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    /// The routes of all tenants, once the relay has announced them.
    private func routes(of relay: RelayProcess, _ tenants: [Tenant]) async throws -> [String: RelayRoute] {
        var routes: [String: RelayRoute] = [:]
        for await line in relay.lines {
            guard let route = RelayRoute(line: line), let tenant = route.tenant else { continue }
            routes[tenant] = route
            if tenants.allSatisfy({ routes[$0.name] != nil }) { return routes }
        }
        throw DemoProblem.relayEnded(try await relay.waitForExit(), isQuiet: isQuiet)
    }

    private func explain(_ routes: [String: RelayRoute], _ tenants: [Tenant]) {
        terminal.say("Try it from another terminal, for either tenant:", .bold)
        for tenant in tenants {
            guard let route = routes[tenant.name] else { continue }
            terminal.say("  telnet \(route.address) \(route.port)", .cyan)
        }
        terminal.say()
        terminal.say("and type:")
        for line in SMTPDialogue.lines { terminal.say("  \(line)", .cyan) }
        terminal.say()
        terminal.say("No EHLO, no login, no TLS. Ctrl-C ends the demo. Mail that arrives:")
        terminal.say()
    }
}

import RelayRoutes
import Testing

/// What people see, character by character, against what is kept in Goldens.
@Suite struct PluginScreenTests {
    private static let missing = "ConfigurationError-ReferencedDestination-NotFound"

    @Test("Destinations in every state, on terminals of every kind and without one")
    func screens() async throws {
        try await ControllerRun.prepare { run in
            let installation = try await RelayInstallation(run)
            try await run.withManager { _ in
                let (a, b) = try await installation.apply()
                installation.relay.open(a.report())
                let message = "there is no destination \"d\" for the tenant \"b\"; create it in the tenant's subaccount"
                installation.relay.open(b.report(.failed(reason: Self.missing, message: message)))
                try await installation.startRelay()
                try await installation.states("Ready Failed")

                let site = PluginSite(run: run)
                let golden = Golden(replacements: [
                    (run.namespace, "shop-namespace-123"), (run.site.namespace, "tproxy-system-1234"),
                    ("\(a.port)", "20001"), ("\(b.port)", "20002"),
                ])
                for form in PluginSite.forms {
                    for (name, arguments) in [
                        ("get", ["get"]), ("get-wide", ["get", "-o", "wide"]), ("describe", ["describe", "mail"]),
                    ] {
                        let result = try await site.tproxy(
                            arguments + ["-n", run.namespace],
                            environment: form.environment,
                            columns: form.columns
                        )
                        #expect(result.status == .exited(name == "describe" ? 2 : 0), "\(result.errorOutput)")
                        try golden.check("\(name)-\(form.name)", result.output)
                    }
                }
                installation.relay.open(b.report())
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
                let good = try await site.tproxy(["describe", "mail", "-n", run.namespace])
                #expect(good.status == .exited(0))
                try golden.check("describe-available", good.output)
            }
            await installation.relay.stop()
        }
    }

    @Test("What check finds, and why nothing can be sent, where only the definition is installed")
    func findings() async throws {
        try await ControllerRun.prepare { run in
            try await run.apply(Destination(name: "mail"))
            let site = PluginSite(run: run)
            let golden = Golden(replacements: [
                (run.namespace, "shop-namespace-123"), (run.site.namespace, "tproxy-system-1234"),
            ])
            let place = ["-n", run.namespace, "--system-namespace", run.site.namespace]
            let calls = [
                ("check", ["check", "--webhook-configuration", "webhook-of-nobody"]),
                ("send", ["send", "mail", "--from", "a@example.com", "--to", "b@example.com"]),
            ]
            for form in PluginSite.forms {
                for (name, arguments) in calls {
                    let result = try await site.tproxy(
                        arguments + place,
                        environment: form.environment,
                        columns: form.columns
                    )
                    #expect(result.status == .exited(2), "\(result.errorOutput)")
                    try golden.check("\(name)-\(form.name)", result.output)
                }
            }
        }
    }

    @Test("Every command explains itself, with examples")
    func help() async throws {
        try await ControllerRun.prepare { run in
            let site = PluginSite(run: run)
            let golden = Golden(replacements: [])
            let overview = try await site.tproxy(["--help"])
            try golden.check("help", overview.output)
            let listed = try #require(overview.output.split(separator: "SUBCOMMANDS:").last).split(separator: "\n")
            let lines = listed.filter { $0.hasPrefix("  ") && $0.dropFirst(2).first?.isLowercase == true }
            let names = lines.map { $0.split(separator: " ")[0].filter { $0 != "," } }
            #expect(names.count >= 11)
            for name in names {
                let help = try await site.tproxy(["help", name])
                #expect(help.succeeded && help.output.contains("Examples:"), "\(name)")
                #expect(help.output.contains("kubectl tproxy \(name)"), "\(name)")
                // A broken line can't be copied.
                let examples = try #require(help.output.split(separator: "Examples:\n").last)
                let lines = try #require(examples.split(separator: "\nUSAGE:").first).split(separator: "\n")
                #expect(lines.allSatisfy { $0.hasPrefix("  ") }, "\(name): \(lines)")
            }
        }
    }

    @Test("On a terminal what is watched is drawn in its place, elsewhere one below the other")
    func watching() async throws {
        try await ControllerRun.prepare { run in
            let installation = try await RelayInstallation(run)
            try await run.withManager { _ in
                let (a, b) = try await installation.apply()
                let site = PluginSite(run: run)
                let describe = ["describe", "mail", "--watch", "-n", run.namespace]
                let list = ["get", "--watch", "-n", run.namespace]
                try await site.whileRunning([(describe, 100), (describe, nil), (list, 100)]) { processes in
                    for process in processes {
                        try await eventually("it to be shown", within: .seconds(60)) {
                            process.output.contains("Pending") ? () : nil
                        }
                        #expect(!process.output.contains("deleted"))
                    }
                    installation.relay.open(a.report())
                    installation.relay.open(b.report())
                    try await installation.startRelay()
                    let (drawn, piped, list) = (processes[0], processes[1], processes[2])
                    for process in [drawn, piped] {
                        try await eventually("the change to be shown", within: .seconds(60)) {
                            process.output.contains("mail can be sent for all 2 tenants") ? () : nil
                        }
                    }
                    try await eventually("the list to change") { list.output.contains("Available") ? () : nil }
                    #expect(drawn.output.contains(/\u{1B}\[\d+A\r\u{1B}\[J/))
                    #expect(!piped.output.contains("\u{1B}") && piped.output.contains("\n---\n"))
                    try await run.delete("mail")
                    for process in [drawn, piped] {
                        #expect(try await process.waitUntilExit(within: .seconds(30)) == .exited(1))
                        #expect(process.output.contains("mail was deleted"))
                    }
                }
            }
            await installation.relay.stop()
        }
    }

    @Test("Before it deletes it asks, and a no is a no")
    func prompt() async throws {
        try await ControllerRun.prepare { run in
            try await run.apply(Destination(name: "mail"))
            let site = PluginSite(run: run)
            let arguments = ["delete", "mail", "-n", run.namespace]
            let no = try await site.tproxy(arguments, input: "no\n", columns: 80)
            #expect(no.status == .exited(1) && no.output.contains("delete? [y/N]"), "\(no.output)")
            #expect(no.output.contains("nothing was deleted"))
            let yes = try await site.tproxy(arguments, input: "y\n", columns: 80)
            #expect(yes.succeeded && yes.output.contains("deleted"), "\(yes.output)")
        }
    }

    @Test("Whoever stops reading ends it, without a word and without a crash")
    func closedOutput() async throws {
        try await ControllerRun.prepare { run in
            try await run.apply(Destination(name: "mail"))
            let site = PluginSite(run: run)
            for arguments in [["get"], ["describe", "mail"], ["get", "-o", "json"], ["--help"]] {
                let command = site.command(["tproxy"] + arguments + ["-n", run.namespace])
                let script = #"{ "$@"; echo "status $?" >&2; } | true"#
                let result = try await ProcessRunner.run(["/bin/bash", "-c", script, "x"] + command)
                // As of every program of its kind: SIGPIPE has ended it.
                #expect(result.errorOutput == "status 141\n", "\(arguments)")
                guard arguments != ["--help"] else { continue }
                let full = try await ProcessRunner.run(["/bin/bash", "-c", #""$@" >/dev/full"#, "x"] + command)
                #expect(full.status == .exited(1))
                #expect(full.errorOutput == "error: the output can't be written: No space left on device\n")
            }
        }
    }
}

import ObjectModel
import Synchronization
import Testing

@testable import kubectl_tproxy

@Suite("A watch that is restarted", .timeLimit(.minutes(1)))
struct WatchTests {
    /// kubectl, whose list has `mail` until its first watch has ended. Then there is `rest`, which is empty or an error.
    private static func script(_ rest: String) -> String {
        #"""
        cd "$(dirname "$0")"
        object='{"metadata":{"namespace":"shop","name":"mail"}}'
        case "$*" in
        *--watch*)
            [ ! -e gone ] || exec sleep 600
            echo "{\"type\":\"ADDED\",\"object\":$object}"
            touch gone
            ;;
        *)
            if [ -e gone ]; then \#(rest); else echo "{\"items\":[$object]}"; fi
            ;;
        esac
        """#
    }

    @Test(
        "shows nothing that went meanwhile",
        arguments: [
            #"echo '{"items":[]}'"#,
            #"echo 'Error from server (NotFound): destinations "mail" not found' >&2; exit 1"#,
        ]
    )
    func everythingGone(rest: String) async throws {
        let fake = try FakeKubectl(Self.script(rest))
        let kubectl = fake.kubectl
        let lists = AsyncStream.makeStream(of: [String].self)
        let watch = Task {
            let list = Mutex(WatchedList())
            try await kubectl.watch(["get", "destinations"]) { event in
                lists.continuation.yield(
                    list.withLock { list in
                        list.receive(event)
                        return list.views.map(\.name)
                    }
                )
            }
        }
        var seen: [[String]] = []
        for await names in lists.stream where seen.last != names {
            seen.append(names)
            if names.isEmpty { break }
        }
        #expect(seen == [["mail"], []])
        watch.cancel()
        _ = await watch.result
    }
}

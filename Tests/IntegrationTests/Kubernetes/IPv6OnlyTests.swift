import Glibc
import Testing

/// Whether network namespaces can be made, and have IPv6.
private let hasNamespaces = access("/proc/net/if_inet6", F_OK) == 0 && geteuid() == 0

/// The servers on a machine without IPv4, as in a cluster of IPv6 alone.
@Suite(.enabled(if: hasNamespaces, "network namespaces can't be made here"), .timeLimit(.minutes(3)))
struct IPv6OnlyTests {
    @Test("admission server, manager and relay are served by default")
    func servers() async throws {
        let directory = try TemporaryDirectory()
        let authority = try await TestCA()
        let configuration = try directory.write("installNamespace: system\n", to: "config.yaml")
        let kubeconfig = try directory.write(
            """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "https://[::1]:1", certificate-authority: "\(authority.certificate)"}}]
            users: [{name: u, user: {token: none}}]
            contexts: [{name: c, context: {cluster: c, user: u}}]
            current-context: c

            """,
            to: "kubeconfig"
        )
        let script = """
            set -e
            trap 'kill $(jobs -p) 2>/dev/null' EXIT
            ip link set lo up
            ip -4 address flush dev lo
            "$1" serve --config "$4" --tls-cert-file "$6" --tls-key-file "$7" --metrics-port 9500 >&2 &
            "$2" run --config "$4" --kubeconfig "$5" --metrics-port 9501 >&2 &
            "$3" run --config "$4" --kubeconfig "$5" --metrics-port 9502 >&2 &
            answer() {
                for try in $(seq 300); do
                    curl -g -s -f --noproxy '*' --cacert "$ca" --connect-to 'localhost:8443:[::1]:8443' "$1" && return
                    sleep 0.1
                done
                echo "no answer from $1"
            }
            ca=$8
            answer https://localhost:8443/readyz
            answer 'http://[::1]:9500/healthz'
            answer 'http://[::1]:9501/healthz'
            answer 'http://[::1]:9502/healthz'
            """
        let result = try await ProcessRunner.run(
            ["/usr/bin/unshare", "--net", "/bin/sh", "-c", script, "sh"]
                + ["tproxy-admission", "tproxy-manager", "tproxy-relay"].map(Programs.path)
                + [configuration, kubeconfig, authority.serverCertificate, authority.serverKey, authority.certificate]
        )
        #expect(result.output == "ready\nok\nok\nok\n", "\(result)")
    }
}

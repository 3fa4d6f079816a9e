/// Reaches pods by `kubectl port-forward`, which needs no way from here into the cluster's network.
struct ForwardedDoor: PodDoor {
    /// A relay may wait for a mail server for this long, and for a token before it.
    private static let longestTrial = Duration.seconds(60)
    /// So many at a time, so that no relay is troubled.
    private static let trialsAtATime = 10

    let kubectl: Kubectl

    func pages(
        _ paths: [String],
        of pod: ServerPod,
        in namespace: String
    ) async -> [ClusterFacts.Observed<[UInt8]>] {
        do throws(KubectlError) {
            return try await forwarding([pod.port], to: pod, in: namespace) { ports in
                var pages: [ClusterFacts.Observed<[UInt8]>] = []
                for path in paths { pages.append(await page(path, port: ports[pod.port] ?? pod.port)) }
                return pages
            }
        } catch {
            return paths.map { _ in .failure(error) }
        }
    }

    func trials(
        _ ports: [Int],
        of pod: ServerPod,
        in namespace: String
    ) async throws(KubectlError) -> [SMTPTrial] {
        var trials: [SMTPTrial] = []
        while trials.count < ports.count {
            let some = Array(ports.dropFirst(trials.count).prefix(Self.trialsAtATime))
            trials += try await forwarding(some, to: pod, in: namespace) { open in
                await withTaskGroup { group in
                    for (index, port) in some.enumerated() {
                        group.addTask {
                            (index, await SMTPDialogue.trial(port: open[port] ?? port, within: Self.longestTrial))
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
                }
            }
        }
        return trials
    }

    private func page(_ path: String, port: Int) async -> ClusterFacts.Observed<[UInt8]> {
        do {
            return .success(try await LoopbackPage.get(port: port, path: path))
        } catch {
            return .failure(error)
        }
    }

    private func forwarding<Result: Sendable>(
        _ ports: [Int],
        to pod: ServerPod,
        in namespace: String,
        _ body: ([Int: Int]) async throws -> Result
    ) async throws(KubectlError) -> Result {
        do {
            return try await kubectl.withPortForward(to: pod.name, in: namespace, ports: ports, body)
        } catch let error as KubectlError {
            throw error
        } catch {
            throw KubectlError(.other, "no port of the pod \(pod.name) can be forwarded: \(error)")
        }
    }
}

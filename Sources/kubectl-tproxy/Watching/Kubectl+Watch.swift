import ObjectModel

extension Kubectl {
    /// Lists what `arguments` name, and follows how it changes until the task is cancelled.
    ///
    /// A watch ends every few minutes, and with the connection. Before each restart everything is listed: a watch of
    /// nothing says nothing, so only the list tells that everything has gone.
    ///
    /// - Throws: `KubectlError` if it can't be listed the first time.
    func watch(_ arguments: [String], _ tell: (WatchedEvent) -> Void) async throws {
        tell(.listed(try await listed(arguments)))
        var pause = Duration.zero
        var isListed = true
        while !Task.isCancelled {
            do {
                if !isListed {
                    do {
                        tell(.listed(try await listed(arguments)))
                    } catch let error as KubectlError where error.code == .notFound {
                        tell(.listed([]))
                    }
                }
                isListed = false
                try await follow(arguments) { event in
                    pause = .zero
                    tell(event)
                }
            } catch let error as KubectlError {
                guard !Task.isCancelled else { throw error }
                // A name that is gone can't be watched; the next list says whether it is back.
                if error.code != .notFound { tell(.interrupted(error)) }
                pause = min(max(pause * 2, .seconds(1)), .seconds(10))
            }
            // Even one that ends as it should isn't begun again without end.
            try await Task.sleep(for: max(pause, .milliseconds(200)))
        }
    }

    /// What there is, within the limit of a call, which a watch doesn't have.
    private func listed(_ arguments: [String]) async throws -> [ObjectValue] {
        Self.items(try await object(Self.command(arguments, with: ["--output=json"])))
    }

    private func follow(_ arguments: [String], _ tell: (WatchedEvent) -> Void) async throws {
        let watching = ["--request-timeout=0", "--watch", "--output-watch-events", "--output=json"]
        var documents = JSONDocuments()
        try await stream(Self.command(arguments, with: watching)) { octets in
            for document in try Self.cut(octets, &documents) {
                if let event = WatchedEvent(try Self.object(document)) { tell(event) }
            }
        }
    }

    private static func cut(_ octets: [UInt8], _ documents: inout JSONDocuments) throws(KubectlError) -> [[UInt8]] {
        do {
            return try documents.take(octets)
        } catch {
            throw KubectlError(.other, "kubectl has written an object that is longer than any can be")
        }
    }

    /// Puts options in front of the names, behind which nothing is taken for an option.
    static func command(_ arguments: [String], with options: [String]) -> [String] {
        let names = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<names] + options + arguments[names...]
    }
}

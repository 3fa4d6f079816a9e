internal import CCurl
internal import Glibc
internal import Synchronization

extension TransferLoop {
    /// The thread's work: commands, transfers, time limits, sleep; until stopped.
    func run() {
        var transfers: [UInt64: Transfer] = [:]
        while let commands = nextCommands() {
            for command in commands { carryOut(command, &transfers) }
            var running: Int32 = 0
            let performed = curl_multi_perform(multi, &running)
            reapFinished(&transfers)
            let wait = enforceStallLimits(&transfers)
            let polled = curl_multi_poll(multi, nil, 0, wait, nil)
            // Neither fails short of a lack of memory or descriptors; then don't spin.
            if performed != CURLM_OK || polled != CURLM_OK { usleep(20_000) }
        }
        close(&transfers)
    }

    /// What other threads want; `nil` when the loop is to end.
    private func nextCommands() -> [Command]? {
        state.withLock { state in
            guard !state.isStopping else { return nil }
            defer { state.commands.removeAll() }
            return state.commands
        }
    }

    private func carryOut(_ command: Command, _ transfers: inout [UInt64: Transfer]) {
        switch command {
        case .start(let exchange):
            guard let transfer = Transfer(exchange, options), curl_multi_add_handle(multi, transfer.handle) == CURLM_OK
            else {
                release(1)
                exchange.end(.failure(exchange.error(.failed, "libcurl refuses the transfer")))
                return
            }
            transfers[exchange.id] = transfer
        case .abort(let id):
            if let transfer = transfers[id] { remove(transfer, &transfers) }
        case .resume(let id, let direction):
            transfers[id]?.resume(direction)
        }
    }

    private func reapFinished(_ transfers: inout [UInt64: Transfer]) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let transfer = Transfer.of(handle)
            else { continue }
            let outcome = transfer.outcome(ccurl_message_result(message))
            remove(transfer, &transfers)
            transfer.finish(outcome)
        }
    }

    /// Fails transfers that stand still; answers the milliseconds until the next limit could be reached.
    private func enforceStallLimits(_ transfers: inout [UInt64: Transfer]) -> Int32 {
        let now = ContinuousClock.now
        var next = Duration.seconds(10)
        for transfer in Array(transfers.values) {
            guard let deadline = transfer.stallDeadline else { continue }
            if deadline <= now {
                remove(transfer, &transfers)
                transfer.finish(.failure(transfer.exchange.error(.stallTimeout)))
            } else {
                next = min(next, now.duration(to: deadline))
            }
        }
        return Int32(clamping: next.wholeMilliseconds + 1)
    }

    private func remove(_ transfer: Transfer, _ transfers: inout [UInt64: Transfer]) {
        curl_multi_remove_handle(multi, transfer.handle)
        transfers[transfer.exchange.id] = nil
        release(1)
    }

    private func release(_ count: Int) {
        state.withLock { $0.active -= count }
    }

    private func close(_ transfers: inout [UInt64: Transfer]) {
        let rest = state.withLock { state in
            state.isOpen = false
            defer { state.commands.removeAll() }
            return state.commands
        }
        for transfer in Array(transfers.values) {
            remove(transfer, &transfers)
            transfer.finish(.failure(transfer.exchange.error(.shutDown)))
        }
        for case .start(let exchange) in rest { exchange.end(.failure(exchange.error(.shutDown))) }
        curl_multi_cleanup(multi)
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.stopWaiters.removeAll() }
            return state.stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

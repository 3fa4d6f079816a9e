/// The right to take the question for a session back, at whatever stage it is.
///
/// Belongs to its event loop.
final class BorrowTicket {
    private(set) var isCancelled = false
    private var waiting: (pool: RoutePool, number: Int)?

    /// The question stands in a pool's queue now.
    func waits(in pool: RoutePool, as number: Int) {
        waiting = (pool, number)
    }

    /// Nobody wants the answer any more; it won't come.
    func cancel() {
        isCancelled = true
        guard let (pool, number) = waiting else { return }
        waiting = nil
        pool.cancel(number)
    }
}

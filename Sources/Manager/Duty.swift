/// A part of the manager's work that one process at a time does.
protocol Duty: Sendable {
    /// What logs call it.
    var name: String { get }
    /// Works until its task is cancelled; then it ends within a second or two.
    func run() async throws
}

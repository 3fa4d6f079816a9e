import Testing

/// What the tests of a suite share: it is started before the first of them, and stopped after the last.
protocol SuiteFixture: Sendable {
    /// That of the suite which the running test belongs to.
    static var running: TaskLocal<Self?> { get }

    func stop() async
}

/// Gives a suite its fixture.
struct SuiteFixtureTrait<Fixture: SuiteFixture>: SuiteTrait, TestScoping {
    let start: @Sendable () async throws -> Fixture

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let fixture = try await self.start()
        do {
            try await Fixture.running.withValue(fixture, operation: function)
        } catch {
            await fixture.stop()
            throw error
        }
        await fixture.stop()
    }
}

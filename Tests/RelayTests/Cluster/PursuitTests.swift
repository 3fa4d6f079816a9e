import Testing

@testable import Relay

@Suite struct PursuitTests {
    @Test func whatIsWantedMeanwhileIsTriedWhateverBecomesOfTheAttempt() {
        for succeeded in [true, false] {
            var pursuit = Pursuit<String>()
            #expect(pursuit.want("first") == "first")
            #expect(pursuit.want("second") == nil)
            #expect(pursuit.want("third") == nil)
            #expect(pursuit.ended(succeeded: succeeded) == "third")
            #expect(!pursuit.isDone)
            #expect(pursuit.ended(succeeded: true) == nil)
            #expect(pursuit.isDone)
        }
    }

    @Test func whatIsReachedIsNotTriedAgain() {
        var pursuit = Pursuit<String>()
        #expect(!pursuit.isDone)
        #expect(pursuit.want("good") == "good")
        #expect(pursuit.ended(succeeded: true) == nil)
        #expect(pursuit.want("good") == nil)
        #expect(pursuit.isDone)
    }

    @Test func whatHasFailedIsTriedAgainOnlyWhenItIsWantedAgain() {
        var pursuit = Pursuit<String>()
        #expect(pursuit.want("bad") == "bad")
        #expect(pursuit.ended(succeeded: false) == nil)
        #expect(!pursuit.isDone)
        #expect(pursuit.want("bad") == "bad")
    }

    @Test func whatWasThereBeforeAFailureIsMadeAnew() {
        var pursuit = Pursuit<String>()
        _ = pursuit.want("good")
        _ = pursuit.ended(succeeded: true)
        #expect(pursuit.want("bad") == "bad")
        #expect(pursuit.want("good") == nil)
        #expect(pursuit.ended(succeeded: false) == "good")
    }
}

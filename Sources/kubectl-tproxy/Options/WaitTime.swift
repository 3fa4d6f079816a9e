import ArgumentParser

/// How long to wait, as kubectl writes it: `90s`, `2m`, `1h30m`; a number alone is seconds.
struct WaitTime: Hashable, Sendable, ExpressibleByArgument, CustomStringConvertible {
    let duration: Duration

    static let minute = WaitTime(duration: .seconds(60))

    var description: String { "\(seconds)s" }

    /// Whole seconds.
    var seconds: Int64 { duration.components.seconds }

    /// Longer than this nobody waits.
    private static let longest = 86_400

    private init(duration: Duration) { self.duration = duration }

    init?(argument: String) {
        if let seconds = Int(argument) {
            self.init(seconds: seconds)
            return
        }
        var seconds = 0
        var number = ""
        for character in argument {
            if character.isASCII, character.isNumber, number.count < 6 {
                number.append(character)
                continue
            }
            guard let count = Int(number), let unit = ["s": 1, "m": 60, "h": 3600][character] else { return nil }
            seconds += count * unit
            number = ""
        }
        guard number.isEmpty else { return nil }
        self.init(seconds: seconds)
    }

    private init?(seconds: Int) {
        guard (1...Self.longest).contains(seconds) else { return nil }
        duration = .seconds(seconds)
    }
}

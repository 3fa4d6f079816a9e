internal import DestinationModel
import ObjectModel

extension Rule {
    /// What names must not hold that nobody sees.
    static let texts: [Rule] = [
        Rule(
            code: .strayCharacter,
            severity: .error,
            title: "Names hold nothing that can't be seen",
            explanation: """
                The names of destinations and fragments neither begin nor end with blanks, and hold no line ends or \
                other control characters: the Destination service has none of such a name. They get in where a quoted \
                text in YAML goes on in the next line, or where "|" or ">" stands in front of it.
                """,
            checker: .webhook,
            example: RuleExample(
                wrong: """
                    spec:
                      destinationRef:
                        name: "example-dest-smtps "
                    """,
                right: """
                    spec:
                      destinationRef:
                        name: example-dest-smtps
                    """
            ),
            check: strayCharacters
        )
    ]

    @Sendable private static func strayCharacters(_ subject: Subject) -> [Fault] {
        [Paths.destinationName, Paths.fragmentName].compactMap { path in
            guard let text = subject.shortText(path), !Placeholder.matches(text) else { return nil }
            let scalars = text.unicodeScalars
            let explanation: String
            if scalars.contains(where: { $0.properties.generalCategory == .control }) {
                explanation = "must hold no line ends or other control characters"
            } else if isBlank(scalars.first) || isBlank(scalars.last) {
                explanation = "must neither begin nor end with a blank"
            } else {
                return nil
            }
            return Fault(path, .invalid(.string(text), explanation), mend: "write the name only, in one line")
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar?) -> Bool {
        scalar?.properties.isWhitespace ?? false
    }
}

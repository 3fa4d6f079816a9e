public import DestinationModel

/// A destination as it stood when it was looked up.
public struct ResolvedDestination: Hashable, Sendable {
    /// The destination.
    public let destination: MailDestination
    /// Changes when, and only when, the destination's content does.
    public let generation: DestinationGeneration
    /// When it was fetched or read.
    public let fetchedAt: ContinuousClock.Instant
    /// Whose it is.
    public let origin: DestinationOrigin

    /// An answer of a source.
    public init(
        destination: MailDestination,
        generation: DestinationGeneration,
        fetchedAt: ContinuousClock.Instant,
        origin: DestinationOrigin
    ) {
        self.destination = destination
        self.generation = generation
        self.fetchedAt = fetchedAt
        self.origin = origin
    }
}

/// Tells one content of a destination from another, within one source and one process.
///
/// It is a counter and not a hash, since the content holds secrets and a hash would let them be guessed.
public struct DestinationGeneration: Hashable, Sendable, CustomStringConvertible {
    /// The counter's value; never used twice by one source.
    public let number: UInt64

    /// A generation by its number, which the source gives out once.
    public init(_ number: UInt64) { self.number = number }

    public var description: String { "\(number)" }
}

public import ArgumentParser

/// Takes whatever arguments and options there are, so that a planned command's notice shows rather than a complaint
/// about an option that it will have.
public struct AnyArguments: ParsableArguments {
    @Argument(parsing: .allUnrecognized, help: .hidden)
    var values: [String] = []

    /// Takes nothing yet; the parser fills it.
    public init() {}
}

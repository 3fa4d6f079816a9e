import ArgumentParser
import DestinationModel

/// Where the product is installed.
struct SystemNamespaceOption: ParsableArguments {
    @Option(
        name: .customLong("system-namespace"),
        help: ArgumentHelp("Where the product is installed; otherwise \(usual).", valueName: "namespace")
    )
    var name: String?

    /// Where the manifests install it.
    static let usual = "tproxy-system"

    /// - Throws: What to tell a person if it can't be a namespace.
    func validateName() throws {
        guard name.map(DNSLabel.isRFC1123) ?? true else {
            throw ValidationError("--system-namespace must be the name of a namespace")
        }
    }
}

import ArgumentParser
import NameResolution

/// The options that say where destinations may lead. In a cluster, the configuration says it.
struct AddressOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            CIDR block or IP address that destinations may lead to, besides loopback; repeatable. Other link-local, \
            unspecified, multicast and broadcast addresses are refused.
            """,
            valueName: "CIDR"
        )
    )
    var allowAddress: [String] = []

    func validate() throws {
        for text in allowAddress where AddressRange(text) == nil {
            throw ValidationError("--allow-address must be a CIDR block or an IP address, such as 169.254.0.0/16")
        }
    }

    /// The policy that the options set.
    var policy: AddressPolicy {
        AddressPolicy(
            allowed: AddressPolicy.loopback + allowAddress.compactMap { AddressRange($0) },
            setting: "--allow-address"
        )
    }
}

import DestinationController
import DestinationRules
import Testing

@Suite("Controller settings")
struct ControllerSettingsTests {
    @Test("The defaults are those of the configuration file")
    func defaults() {
        let settings = ControllerSettings(installNamespace: "system", instances: RuleContext.Instances(names: []))
        #expect(settings.relayPorts == 20_000...29_999)
        #expect(settings.resync == .seconds(180))
        #expect(settings.quarantine == .seconds(600))
    }
}

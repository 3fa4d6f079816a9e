import Configuration

/// `docs/configuration.md`, as the table of keys has it.
enum ConfigurationPage {
    /// Everything that a small installation says.
    static let sample = """
        config:
          logging:
            level: info
          integration:
            destinationService:
              defaultInstanceName: mail
              instances:
                - name: mail
                  serviceCredentials:
                    secretName: destination-service-binding
                    secretKey: credentials
        """

    /// The product without the Destination service.
    static let directorySample = """
        config:
          integration:
            destinationService:
              defaultInstanceName: files
              instances:
                - name: files
                  directory: /etc/tproxy-destinations/files
        relay:
          portRange: 20000-20999
          pool:
            sessions: 3
        """

    /// What people who come from SAP's product have lying about.
    static let pastedSample = """
        config:
          tenantMode: shared
          managedNamespacesMode: all
          metrics:
            prometheus:
              enabled: true
          security:
            accessControl:
              destinations:
                defaultScope: namespaced
          integration:
            destinationService:
              defaultInstanceName: dest-service
              instances:
                - name: dest-service
                  serviceCredentials:
                    secretName: dest-service-secret
                    secretKey: secret
                    secretNamespace: default
                    privateKey:
                      secretName: dest-service-key
                      secretInternalKey: tls.key
                      secretNamespace: default
        deployment:
          replicas:
            http: 2
        """

    static let samples = [sample, directorySample, pastedSample]

    static var markdown: String {
        """
        # Configuration

        Written by the tests from the table of keys in `Sources/Configuration/Keys`; edit that, then run `make docs`.

        `tproxy-admission`, `tproxy-manager` and `tproxy-relay run` read the same YAML file and take from it what concerns
        them: `--config FILE`. `tproxy-relay standalone` has options instead. Keys that SAP's product has too stand where its Helm values have them, so a piece of those can be
        pasted. For every key that is left out or `null`, the default holds.

        - A key that is not in the table is an error, named with file, line, column and the key that was probably meant.
          All faults are reported at once. Values are never repeated in messages: one may be a password in the wrong place.
        - Passwords and keys don't belong into this file. It names the Secrets that hold them.
        - A running server looks at the file every second. A changed file takes effect without a restart; one that is
          faulty is reported, and what held before goes on to hold.

        ## Keys

        \(ConfigurationKey.all.map(section).joined(separator: "\n\n"))

        ## Samples

        An instance of the Destination service:

        ```yaml
        \(sample)
        ```

        A folder of destinations instead, and fewer ports:

        ```yaml
        \(directorySample)
        ```

        Helm values of SAP's product, pasted:

        ```yaml
        \(pastedSample)
        ```

        """
    }

    private static func section(_ key: ConfigurationKey) -> String {
        let readers = key.readers.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        var lines = ["### `\(key.path)`", "", key.meaning, ""]
        lines.append("- Value: \(key.kind.demand)")
        lines.append("- Default: \(key.standard.map { "`\($0)`" } ?? "none")")
        lines.append("- Read by: \(readers.isEmpty ? "nobody" : readers)")
        return lines.joined(separator: "\n")
    }
}

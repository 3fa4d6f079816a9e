import Configuration
import Logging
import ServiceLifecycle
import Telemetry

/// Reads the configuration and the certificate again when their files change. What can't be used is reported once, and
/// what was there before goes on to hold.
struct FileReloader: Service {
    let configurationFile: String
    let configuration: LiveConfiguration
    let certificate: ServedCertificate
    let level: LogLevelControl
    let metrics: AdmissionMetrics
    let logger: Logger
    /// How often the files are looked at.
    var interval = Duration.seconds(1)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var configurationFiles = WatchedFiles([self.configurationFile])
            var certificateFiles = WatchedFiles([self.certificate.certificateFile, self.certificate.keyFile])
            while (try? await Task.sleep(for: self.interval)) != nil {
                if configurationFiles.haveChanged() { self.reloadConfiguration() }
                if certificateFiles.haveChanged() { self.reloadCertificate() }
            }
        }
    }

    private func reloadConfiguration() {
        do {
            let new = try ServerConfiguration.read(file: configurationFile)
            configuration.replace(by: new)
            level.apply(new.logLevel)
            metrics.reloaded(.configuration, succeeded: true)
            logger.notice("configuration was read again", metadata: ["file": "\(configurationFile)"])
        } catch {
            metrics.reloaded(.configuration, succeeded: false)
            for problem in error.problems.prefix(20) {
                logger.error(
                    "changed configuration can't be used, the old one holds",
                    metadata: ["problem": "\(problem)"]
                )
            }
        }
    }

    private func reloadCertificate() {
        do {
            try certificate.reload()
            metrics.reloaded(.certificate, succeeded: true)
            logger.notice("certificate was read again", metadata: ["file": "\(certificate.certificateFile)"])
        } catch {
            metrics.reloaded(.certificate, succeeded: false)
            logger.error(
                "changed certificate can't be used, the old one is served until certificate and key match",
                metadata: ["file": "\(certificate.certificateFile)", "problem": "\(error)"]
            )
        }
    }
}

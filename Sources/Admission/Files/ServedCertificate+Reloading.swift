import Logging
import ServerSupport

extension ServedCertificate {
    /// What reads the files again whenever they have changed. What can't be used is reported once, and what was served
    /// before goes on to be.
    func reloader(metrics: AdmissionMetrics, logger: Logger, every interval: Duration = .seconds(1)) -> FileReloader {
        FileReloader([certificateFile, keyFile] + (clientCAFile.map { [$0] } ?? []), every: interval) {
            do {
                try self.reload()
                metrics.reloaded(.certificate, succeeded: true)
                logger.notice("certificate was read again", metadata: ["file": "\(self.certificateFile)"])
            } catch {
                logger.error(
                    "changed certificate can't be used, the old one is served until certificate and key match",
                    metadata: ["file": "\(self.certificateFile)", "problem": "\(error)"]
                )
                metrics.reloaded(.certificate, succeeded: false)
            }
        }
    }
}

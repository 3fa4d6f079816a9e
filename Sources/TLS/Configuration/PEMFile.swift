import COpenSSL

/// Reads small files with the library that parses them, which saves linking Foundation.
enum PEMFile {
    /// A thousand certificates; more is a mistake, such as a device file.
    static let maximumLength = 4 * 1024 * 1024

    /// Blocks on the disk.
    static func read(_ path: String) throws(TLSError) -> [UInt8] {
        ERR_clear_error()
        guard let file = BIO_new_file(path, "r") else {
            throw .configuration("can't open \(path): \(OpenSSLErrors.take().summary)")
        }
        defer { BIO_free_all(file) }

        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Int(BIO_read(file, &chunk, Int32(chunk.count)))
            guard count > 0 else { break }
            content.append(contentsOf: chunk[..<count])
            guard content.count <= maximumLength else {
                throw .configuration("\(path) is larger than \(maximumLength) bytes: is it a PEM file?")
            }
        }
        guard !content.isEmpty else {
            throw .configuration("\(path) is empty or can't be read")
        }
        return content
    }
}

import DestinationModel
import ObjectModel
import YAML

/// The readers of documents: they read or refuse, with a place inside the text.
enum DocumentFuzz {
    static func runYAML(_ octets: [UInt8]) throws(FuzzFailure) {
        do throws(YAMLError) {
            let documents = try YAML.documents(in: octets)
            for document in documents { _ = ObjectDocument(document) }
        } catch {
            try check(error.position, of: octets)
        }
    }

    static func runDestination(_ octets: [UInt8]) throws(FuzzFailure) {
        let value: ObjectValue
        do throws(JSONError) {
            value = try JSONReader.document(octets).value
        } catch {
            return try check(error.position, of: octets)
        }
        guard let again = try? JSONReader.document(value.json()).value, again == value else {
            throw FuzzFailure("what is written isn't what was read")
        }
        do throws(MailDestinationError) {
            _ = try MailDestination(json: octets)
        } catch {
            if error.problems.isEmpty { throw FuzzFailure("refused without a reason") }
        }
    }

    private static func check(_ position: SourcePosition, of octets: [UInt8]) throws(FuzzFailure) {
        let lines = octets.count { $0 == 0x0A || $0 == 0x0D } + 2
        guard (1...lines).contains(position.line), position.column >= 1 else {
            throw FuzzFailure("an error at \(position.line):\(position.column) of \(lines) lines")
        }
    }
}

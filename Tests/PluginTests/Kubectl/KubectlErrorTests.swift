import Testing

@testable import kubectl_tproxy

@Suite("What kubectl complains of")
struct KubectlErrorTests {
    @Test(
        "Its words are told apart",
        arguments: [
            (#"Error from server (NotFound): destinations.x "a" not found"#, .notFound),
            (#"Error from server (NotFound): the server could not find the requested resource"#, .unknownKind),
            (#"Error from server (Forbidden): destinations.x is forbidden: User "u" cannot list"#, .forbidden),
            (#"Error from server (AlreadyExists): error when creating "STDIN": "a" already exists"#, .alreadyExists),
            (#"Error from server (Conflict): Operation cannot be fulfilled"#, .conflict),
            (#"The Destination "a" is invalid: spec.service.port: Invalid value: 0"#, .invalid),
            (
                #"Error from server (Invalid): error when creating "STDIN": admission webhook "w" denied the request: x"#,
                .invalid
            ),
            (#"error: the server doesn't have a resource type "destinations""#, .unknownKind),
            (#"error: You must be logged in to the server (Unauthorized)"#, .unauthorized),
            (#"Unable to connect to the server: dial tcp 192.0.2.1:6443: i/o timeout"#, .unreachable),
            (
                "The connection to the server localhost:8080 was refused - did you specify the right host or port?",
                .unreachable
            ),
            (#"error: context "x" does not exist"#, .configuration),
            ("error: timed out waiting for the condition on destinations/mail", .timeout),
            ("error: unknown flag: --output-watch-events", .tooOld),
            ("", .other), ("boom", .other),
        ] as [(String, KubectlError.Code)]
    )
    func codes(text: String, code: KubectlError.Code) {
        let error = KubectlError(errorOutput: text)
        #expect(error.code == code)
        #expect(!error.description.isEmpty)
        #expect(!error.description.hasPrefix("error: ") && !error.description.contains("Error from server ("))
        #expect(!error.advice.contains("\n"))
    }

    @Test("Where it can't ask for the schema, it advises to do without: we don't")
    func schema() {
        let error = KubectlError(
            errorOutput:
                #"error: error validating "STDIN": error validating data: failed to download openapi: Get "x": "#
                + "dial tcp 192.0.2.1:1: connect: connection refused; if you choose to ignore these errors, turn "
                + "validation off with --validate=false"
        )
        #expect(error == KubectlError(.unreachable, #"Get "x": dial tcp 192.0.2.1:1: connect: connection refused"#))
    }

    @Test("Its log and the server's warnings are no part of them")
    func noise() {
        let text = """
            E1123 02:29:38.611085   17009 memcache.go:265] "Unhandled Error" err="x"
            Warning: something is old
            Error from server (NotFound): a not found
            """
        #expect(KubectlError(errorOutput: text).description == "a not found")
    }
}

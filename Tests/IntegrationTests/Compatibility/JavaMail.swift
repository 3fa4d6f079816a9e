/// JavaMail, and the program that sends with it.
enum JavaMail {
    /// Debian's: JavaMail and what it needs.
    static let library = "/usr/share/java/javax.mail.jar:/usr/share/java/javax.activation.jar"

    /// Where `SendJavaMail` is, once it is compiled.
    static let classes = Task {
        let directory = try TemporaryDirectory()
        try await ProcessRunner.check(
            ["/usr/bin/javac", "-cp", library, "-d", directory.path, Scripts.path("clients/SendJavaMail.java")]
        )
        return directory
    }
}

import FoundationEssentials
import Glibc

extension PostfixServer {
    /// The system has no user that Postfix could run as.
    struct NoPostfixUser: Error {}

    /// Writes `main.cf` and `master.cf`, and makes the directories that Postfix doesn't make itself.
    func writeConfiguration(authority: TestCA) throws {
        guard let user = getpwnam("postfix")?.pointee else { throw NoPostfixUser() }
        for name in ["data", "mail"] {
            guard chown(try self.directory.makeDirectory(name), user.pw_uid, user.pw_gid) == 0 else {
                throw NoPostfixUser()
            }
        }
        for name in ["queue", "log"] { try self.directory.makeDirectory(name) }
        try self.directory.write(self.mainSettings(authority: authority, user: user), to: "etc/main.cf")
        try self.directory.write(self.services, to: "etc/master.cf")
    }

    private func mainSettings(authority: TestCA, user: passwd) -> String {
        """
        compatibility_level = 3.6
        queue_directory = \(self.directory.path("queue"))
        data_directory = \(self.directory.path("data"))
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        maillog_file = \(self.directory.path("log/mail.log"))
        maillog_file_prefixes = \(self.directory.path)
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mynetworks = 127.0.0.0/8
        myhostname = mail.example.test

        # Everything for anybody goes into one Maildir. A message is kept as it came: no field is added or rewritten.
        mydestination =
        local_recipient_maps =
        alias_maps =
        alias_database =
        local_header_rewrite_clients =
        remote_header_rewrite_domain =
        virtual_mailbox_domains = static:all
        virtual_mailbox_base = \(self.directory.path("mail"))
        virtual_mailbox_maps = static:all/
        virtual_minimum_uid = 1
        virtual_uid_maps = static:\(user.pw_uid)
        virtual_gid_maps = static:\(user.pw_gid)
        virtual_mailbox_limit = 0
        message_size_limit = 0

        smtpd_tls_cert_file = \(authority.serverCertificate)
        smtpd_tls_key_file = \(authority.serverKey)
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = \(self.directory.path("run/auth"))
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_authenticated_header = yes
        smtpd_relay_restrictions = permit_sasl_authenticated, reject

        # All clients have one address here, and the tests fail logins on purpose.
        smtpd_client_connection_count_limit = 0
        smtpd_error_sleep_time = 0

        # Nothing here helps against what the relay lets through.
        smtpd_forbid_bare_newline = no
        smtpd_forbid_unauth_pipelining = no
        """
    }

    private var services: String {
        """
        \(self.port) inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
        \(self.openPort) inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=no
          -o smtpd_relay_restrictions=permit_mynetworks,reject
        \(self.plainPort) inet n - n - - smtpd -o smtpd_sasl_auth_enable=no
          -o smtpd_relay_restrictions=permit_mynetworks,reject
        \(self.backendPort) inet n - n - - smtpd -o smtpd_authorized_xclient_hosts=127.0.0.1
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        proxymap unix - - n - - proxymap
        tlsmgr unix - - n 1000? 1 tlsmgr
        virtual unix - n n - - virtual
        error unix - - n - - error
        retry unix - - n - - error
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd

        """
    }
}

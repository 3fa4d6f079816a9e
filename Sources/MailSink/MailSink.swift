// MailSink

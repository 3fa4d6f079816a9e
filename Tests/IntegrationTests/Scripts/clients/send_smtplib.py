"""Sends the message on standard input with smtplib: PORT SENDER PARAMETER,... RECIPIENT..."""

import smtplib
import sys

port, sender, parameters, *recipients = sys.argv[1:]
message = sys.stdin.buffer.read().replace(b"\n", b"\r\n")
with smtplib.SMTP("127.0.0.1", int(port), "client.example.test", timeout=60) as connection:
    options = parameters.split(",") if parameters else []
    sys.exit(1 if connection.sendmail(sender, recipients, message, options) else 0)

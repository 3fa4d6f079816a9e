#!/usr/bin/env python3
"""Sends one message with smtplib. What to send, and how, comes as JSON on standard input.

{"port", "sender", "recipients", "message", and for a TLS server: "authority", "user", "token", "mechanism"}
"""

import json
import smtplib
import ssl
import sys

# Given, for smtplib would ask the DNS for this machine's.
NAME = "client.example.test"


def log_in(connection, user, token, mechanism):
    """SASL XOAUTH2 or OAUTHBEARER (RFC 7628 section 3.1)."""
    if mechanism == "XOAUTH2":
        response = f"user={user}\1auth=Bearer {token}\1\1"
    else:
        response = f"n,a={user},\1auth=Bearer {token}\1\1"
    # Called again with the server's error: the second answer ends the exchange.
    answers = iter([response, "" if mechanism == "XOAUTH2" else "\1"])
    connection.auth(mechanism, lambda challenge=None: next(answers))


def main():
    settings = json.load(sys.stdin)
    if settings.get("authority"):
        context = ssl.create_default_context(cafile=settings["authority"])
        connection = smtplib.SMTP_SSL("localhost", settings["port"], NAME, context=context, timeout=30)
    else:
        connection = smtplib.SMTP("127.0.0.1", settings["port"], NAME, timeout=30)
    with connection:
        connection.ehlo()
        if settings.get("token"):
            log_in(connection, settings["user"], settings["token"], settings["mechanism"])
        message = settings["message"].replace("\n", "\r\n").encode("utf-8")
        refused = connection.sendmail(settings["sender"], settings["recipients"], message)
        sys.exit(1 if refused else 0)


if __name__ == "__main__":
    main()

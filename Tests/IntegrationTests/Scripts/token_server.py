#!/usr/bin/env python3
"""An authorization server for tests: client-credentials tokens over HTTPS, introspection (RFC 7662) over HTTP.

Usage: token_server.py CONFIGURATION CERTIFICATE KEY

CONFIGURATION is a JSON file: {"clients": {ID: {"secret": ..., "user": ...}}}. A token of client ID speaks for that
client's user. The first line on standard output is {"tokenPort": N, "introspectionPort": N}; both listen on 127.0.0.1.

  POST /<anything>/oauth/token   (HTTPS) the grant; the client's id and secret in the form or as basic authentication
  POST /introspect               (HTTP)  token=...
  GET  /issued                   (HTTP)  {"tokens": the tokens issued, "paths": where each was asked for}
"""

import base64
import binascii
import http.server
import json
import secrets
import ssl
import sys
import threading
import urllib.parse


class TokenStore:
    """The tokens issued. Both servers' threads use it."""

    def __init__(self, clients):
        self.clients = clients
        self.lock = threading.Lock()
        self.users = {}
        self.paths = []

    def issue(self, client_id, client_secret, path):
        """A new token, or None where the client isn't known."""
        client = self.clients.get(client_id)
        if client is None or not secrets.compare_digest(client["secret"], client_secret):
            return None
        token = secrets.token_urlsafe(48)
        with self.lock:
            self.users[token] = client["user"]
            self.paths.append(path)
        return token

    def user(self, token):
        with self.lock:
            return self.users.get(token)

    def issued(self):
        with self.lock:
            return {"tokens": list(self.users), "paths": list(self.paths)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store = None

    def log_message(self, format, *arguments):
        """Nothing: a request's line or header may hold a secret."""

    def form(self):
        length = int(self.headers.get("Content-Length", "0"))
        fields = urllib.parse.parse_qs(self.rfile.read(length).decode("utf-8"), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}

    def answer(self, status, value):
        body = json.dumps(value).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class TokenHandler(Handler):
    def do_POST(self):
        form = self.form()
        if not self.path.endswith("/oauth/token"):
            self.answer(404, {"error": "not_found"})
        elif form.get("grant_type") != "client_credentials":
            self.answer(400, {"error": "unsupported_grant_type"})
        else:
            self.grant(*self.client(form))

    def client(self, form):
        """The client's id and secret (RFC 6749 section 2.3.1)."""
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return form.get("client_id", ""), form.get("client_secret", "")
        try:
            name, _, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return urllib.parse.unquote_plus(name), urllib.parse.unquote_plus(password)

    def grant(self, client_id, client_secret):
        token = self.store.issue(client_id, client_secret, self.path)
        if token is None:
            self.answer(401, {"error": "invalid_client"})
        else:
            self.answer(200, {"access_token": token, "token_type": "bearer", "expires_in": 3600})


class IntrospectionHandler(Handler):
    def do_POST(self):
        form = self.form()
        if self.path == "/introspect":
            user = self.store.user(form.get("token", ""))
            self.answer(200, {"active": False} if user is None else {"active": True, "username": user})
        else:
            self.answer(404, {"error": "not_found"})

    def do_GET(self):
        if self.path == "/issued":
            self.answer(200, self.store.issued())
        else:
            self.answer(404, {"error": "not_found"})


def main():
    configuration, certificate, key = sys.argv[1:]
    with open(configuration, encoding="utf-8") as file:
        Handler.store = TokenStore(json.load(file)["clients"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    tokens = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TokenHandler)
    tokens.socket = context.wrap_socket(tokens.socket, server_side=True)
    introspection = http.server.ThreadingHTTPServer(("127.0.0.1", 0), IntrospectionHandler)
    threading.Thread(target=tokens.serve_forever, daemon=True).start()
    print(
        json.dumps({"tokenPort": tokens.server_port, "introspectionPort": introspection.server_port}),
        flush=True,
    )
    introspection.serve_forever()


if __name__ == "__main__":
    main()

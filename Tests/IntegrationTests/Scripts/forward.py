#!/usr/bin/env python3
"""Stands for servers of this machine elsewhere: what connects there reaches them here.

Usage: forward.py NAMESPACE|- ADDRESS PORT=TARGET ...

Listens on ADDRESS in the network namespace (a file, such as /run/netns/NAME; "-" is the one that it is started in), and
passes each connection to PORT on to 127.0.0.1:TARGET. Prints "ready" when it listens. Either side's end of sending is
passed on by itself, so that neither misses the rest of what the other says.
"""
import asyncio
import ctypes
import os
import socket
import sys

CLONE_NEWNET = 0x40000000


def enter(namespace):
    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
        sys.exit("forward.py: setns: " + os.strerror(ctypes.get_errno()))


def listener(address, port):
    """A socket belongs to the namespace that it was made in, wherever the process goes."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    made.listen(1024)
    return made


async def pump(reader, writer):
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()


def passing_on(target):
    async def handle(reader, writer):
        try:
            there = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))
        writer.close()
        there[1].close()

    return handle


async def main():
    namespace, address, *ports = sys.argv[1:]
    with open("/proc/self/ns/net") as here, open("/proc/self/ns/net" if namespace == "-" else namespace) as there:
        enter(there)
        listening = [(listener(address, int(port)), int(target)) for port, target in (p.split("=") for p in ports)]
        enter(here)
    servers = [await asyncio.start_server(passing_on(target), sock=made) for made, target in listening]
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main())

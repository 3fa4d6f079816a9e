"""Processes: started with their output in a file, watched through /proc, ended by their own id."""

import os
import random
import socket
import subprocess
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Failure(RuntimeError):
    """A program that the benchmark needs didn't do its part."""


class Process:
    """A program that runs in the background."""

    def __init__(self, command, log):
        self.log = log
        self.name = os.path.basename(command[0])
        with open(log, "wb") as output:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_until(self, condition, what, seconds=20):
        """The first true value of the condition; fails when the program ends or the time has passed before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            if self.child.poll() is not None:
                break
            time.sleep(0.02)
        raise Failure(f"{self.name}: no {what}\n{self.text()[-2000:]}")

    def wait_for_port(self, port):
        self.wait_until(lambda: accepts(port), f"listener on {port}")

    def cpu_seconds(self):
        """User and system time of all its threads, ended ones too (proc(5), fields 14 and 15 of stat)."""
        with open(f"/proc/{self.child.pid}/stat", encoding="ascii", errors="replace") as file:
            # The second field is the name in parentheses, which may hold spaces.
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def resident_bytes(self):
        return self._memory("VmRSS")

    def peak_bytes(self):
        """The most that was ever resident."""
        return self._memory("VmHWM")

    def _memory(self, field):
        with open(f"/proc/{self.child.pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith(f"{field}:"):
                    return int(line.split()[1]) * 1024
        raise Failure(f"{self.name}: no {field}")

    def has_ended(self):
        """Whether it is over; fails where it didn't end well."""
        status = self.child.poll()
        if status:
            raise Failure(f"{self.name} ended with {status}\n{self.text()[-2000:]}")
        return status == 0

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
        return True
    except OSError:
        return False


def free_port():
    """A free port below those that the kernel gives to outgoing connections."""
    while True:
        port = random.randrange(12000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue

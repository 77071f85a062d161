# SPDX-License-Identifier: Apache-2.0
"""A program that talks on its standard input and output, which are one end of a socket."""

import socket
import subprocess

BURST_BYTES = 65536


class Program:
    """The other end is ours. That it may have ended is no error."""

    def __init__(self):
        self.socket, self.process = None, None

    def run(self, command, errors):
        self.socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=errors)

    def read(self):
        try:
            return self.socket.recv(BURST_BYTES)
        except ConnectionError:
            return b""

    def write(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass

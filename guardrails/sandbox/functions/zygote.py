"""The process that functions are forked from: boto3 is imported already, so that a function starts in milliseconds.

    python -u -P -m guardrails.sandbox.functions.zygote DESCRIPTOR

The descriptor is a socket. Each message on it carries two more descriptors, a channel to the sandbox and a file for
what the function prints, and names AWS services that functions have used; a process is forked for it. When the socket
closes, because the sandbox ended in whatever way, this process ends too.
"""

import gc
import importlib
import json
import os
import signal
import socket
import sys
import urllib.request
from typing import Final

import botocore.handlers
import botocore.loaders
import botocore.session

from guardrails.sandbox.functions import runtime

IN_THE_RUNTIME: Final = ("boto3.s3.transfer", "dateutil.parser", "jmespath", "urllib3")
"""What AWS's own runtimes hold beside Python; no other package can be imported that is not in the function's own."""
MESSAGE_BYTES: Final = 65_536


def main(control: socket.socket) -> None:
    """Fork a process for every message, until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody has to collect the ended ones
    for module in IN_THE_RUNTIME:
        importlib.import_module(module)
    urllib.request.install_opener(urllib.request.build_opener())  # reads the certificates of the machine, once
    loader = botocore.loaders.create_loader()
    botocore.session.create_loader = lambda search_path_string=None: loader
    botocore.handlers.BUILTIN_HANDLERS.append(("before-sign.s3-control", runtime.without_account_in_host))
    known = set(loader.list_available_services("service-2"))
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 2)
        if not message:
            return
        for service in (set(json.loads(message)) & known) - runtime.services(loader):
            # Models are what makes a client expensive: loaded here once, they are there in every process forked later.
            botocore.session.Session().create_client(service, "us-east-1")
        gc.freeze()  # a collection in a forked process would copy every page of this one
        channel, output = descriptors
        if os.fork() == 0:
            control.close()
            runtime.run(socket.socket(fileno=channel), output, loader)
            return
        os.close(channel)
        os.close(output)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))

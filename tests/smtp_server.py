"""The SMTP server of the tests: `python -m tests.smtp_server PORT LOG [--delay S] [--refuse SHARE] [--drop SHARE]`.

Writes one line of JSON for each accepted message and recipient. See tests/servers.py.
"""

import argparse
import asyncio
import json
import random
import signal
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Handler:
    def __init__(self, log: Path, *, delay: float, refuse: float, drop: float, seed: int) -> None:
        self.log, self.delay, self.refuse, self.drop = log, delay, refuse, drop
        self.random = random.Random(seed)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.delay:
            await asyncio.sleep(self.delay)
        draw = self.random.random()
        if draw < self.refuse:
            return "451 4.3.0 Please try again later"
        self.note(envelope)
        if draw < self.refuse + self.drop and server.transport:
            server.transport.abort()
        return "250 2.0.0 Accepted"

    def note(self, envelope: Envelope) -> None:
        message = message_from_bytes(envelope.original_content or b"", policy=default)
        body = message.get_body(("plain",))
        entry = {
            "message_id": str(message["Message-ID"]),
            "sender": envelope.mail_from,
            "subject": str(message["Subject"]),
            "body": body.get_content() if body else "",
            "at": time.time(),
        }
        with self.log.open("a") as log:
            for recipient in envelope.rcpt_tos:
                log.write(json.dumps({**entry, "recipient": recipient}) + "\n")


async def serve(port: int, handler: Handler) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=True), "127.0.0.1", port, backlog=512)
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    async with server:
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("log", type=Path)
    for option in ("--delay", "--refuse", "--drop"):
        parser.add_argument(option, type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    handler = Handler(options.log, delay=options.delay, refuse=options.refuse, drop=options.drop, seed=options.seed)
    asyncio.run(serve(options.port, handler))


if __name__ == "__main__":
    main()

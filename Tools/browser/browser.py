"""Headless Chromium, steered through a pipe, so that no port is opened and no package is needed."""

import collections.abc
import contextlib
import json
import os
import subprocess
import tempfile


class Browser:
    """One browser, asked over a pipe; messages end with a zero byte."""

    def __init__(self, program: str, profile: str) -> None:
        """Starts the program with a folder for its profile."""
        to_browser, self.output = os.pipe()
        self.input, from_browser = os.pipe()

        def connect() -> None:
            os.dup2(to_browser, 13)
            os.dup2(from_browser, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        command = [
            program, "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
            "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb", f"--user-data-dir={profile}",
        ]
        if os.geteuid() == 0:
            command.append("--no-sandbox")
        self.process = subprocess.Popen(
            command, preexec_fn=connect, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.number = 0
        self.events: list[dict] = []

    def receive(self) -> dict:
        """The next message."""
        while b"\0" not in self.buffer:
            part = os.read(self.input, 1 << 20)
            if not part:
                raise RuntimeError("the browser ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method: str, session: str | None = None, **parameters: object) -> dict:
        """Calls a method of the DevTools protocol, and gives its answer."""
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.output, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method: str) -> None:
        """Until an event has come."""
        for event in self.events:
            if event.get("method") == method:
                return
        while True:
            event = self.receive()
            self.events.append(event)
            if event.get("method") == method:
                return

    def close(self) -> None:
        """Ends the program."""
        try:
            self.ask("Browser.close")
        except (RuntimeError, OSError):
            self.process.terminate()
        self.process.wait()


@contextlib.contextmanager
def started(program: str) -> collections.abc.Iterator[Browser]:
    """A browser with a profile of its own."""
    with tempfile.TemporaryDirectory(prefix="octet-browser-") as profile:
        browser = Browser(program, profile)
        try:
            yield browser
        finally:
            browser.close()


def faults_of(events: list[dict], address: str) -> list[str]:
    """What a page asked for but itself and what it carries, and what it said on the console."""
    faults = []
    for event in events:
        parameters = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                asked = parameters["request"]["url"]
                if asked.split("#")[0] != address and not asked.startswith(("data:", "blob:")):
                    faults.append(f"asks for {asked}")
            case "Network.loadingFailed":
                faults.append(f"fails to load something: {parameters.get('errorText')}")
            case "Runtime.exceptionThrown":
                details = parameters["exceptionDetails"]
                faults.append(f"throws: {details.get('exception', {}).get('description') or details.get('text')}")
            case "Runtime.consoleAPICalled" | "Log.entryAdded":
                faults.append(f"says on the console: {json.dumps(parameters)[:300]}")
            case "Page.javascriptDialogOpening":
                faults.append("opens a dialog")
    return faults

"""Draws every digit on a page of octet draw, in headless Chromium, and says what is wrong.

usage: try-drawing.py CHROMIUM PAGE [--picture FILE=LABEL]... [--screenshots FOLDER]
       try-drawing.py CHROMIUM PAGE --no-digits [--picture FILE=LABEL]... [--numbers LIST=LABEL]...

The page must have a model of the ten digits, but with --no-digits: then pictures are opened only, or lists of numbers
put into the table of a model of features. Each digit is drawn with a mouse on a desktop and with a finger on a
phone; two with a pen; one with the keyboard, which is also undone and cleared; pictures are opened, dropped and pasted.
The answer that the page tells screen readers must be the digit. A request, an exception and a message on the console
are faults too. Prints a line for each fault and ends with status 1 if there is any.
"""

import base64
import math
import pathlib
import re
import sys
import time

from browser import Browser, faults_of, started

Point = tuple[float, float]


def arc(x: float, y: float, across: float, down: float, start: float, end: float) -> list[Point]:
    """Points of an ellipse between two angles in degrees; 0 is on the right, 90 below."""
    angles = [math.radians(start + (end - start) * step / 12) for step in range(13)]
    return [(x + across * math.cos(angle), y + down * math.sin(angle)) for angle in angles]


# As people write them, on a board of 1 x 1.
DIGITS: dict[str, list[list[Point]]] = {
    "0": [arc(0.5, 0.5, 0.19, 0.3, -80, 285)],
    "1": [[(0.52, 0.2), (0.5, 0.5), (0.48, 0.8)]],
    "2": [arc(0.5, 0.36, 0.19, 0.16, -165, 40) + [(0.48, 0.66), (0.3, 0.8), (0.52, 0.78), (0.74, 0.79)]],
    "3": [arc(0.47, 0.34, 0.18, 0.14, -150, 90) + arc(0.47, 0.63, 0.21, 0.17, -90, 140)],
    "4": [
        [(0.36, 0.2), (0.31, 0.38), (0.3, 0.52), (0.48, 0.54), (0.7, 0.52)],
        [(0.66, 0.2), (0.65, 0.5), (0.63, 0.82)],
    ],
    "5": [[(0.66, 0.2), (0.4, 0.21), (0.37, 0.45)] + arc(0.47, 0.61, 0.2, 0.18, -110, 140)],
    "6": [[(0.6, 0.18), (0.45, 0.32), (0.36, 0.5)] + arc(0.5, 0.63, 0.16, 0.17, -170, 190)],
    "7": [[(0.3, 0.24), (0.5, 0.23), (0.7, 0.22), (0.6, 0.42), (0.5, 0.62), (0.44, 0.82)]],
    "8": [arc(0.5, 0.34, 0.14, 0.14, 60, -240) + arc(0.5, 0.65, 0.17, 0.17, -110, 250)],
    "9": [arc(0.5, 0.37, 0.16, 0.16, 10, -340) + [(0.65, 0.45), (0.62, 0.65), (0.57, 0.83)]],
}


class Board:
    """A page that is open on one screen."""

    def __init__(self, browser: Browser, path: pathlib.Path, width: int, height: int, is_phone: bool) -> None:
        """Opens the page, without motion."""
        self.browser = browser
        self.address = path.resolve().as_uri()
        self.size = (width, height)
        self.is_phone = is_phone
        self.target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.ask("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        browser.events.clear()
        for domain in ("Page", "Network", "Runtime", "Log", "DOM"):
            browser.ask(f"{domain}.enable", self.session)
        browser.ask(
            "Emulation.setDeviceMetricsOverride", self.session, width=width, height=height, deviceScaleFactor=1,
            mobile=is_phone)
        browser.ask("Emulation.setTouchEmulationEnabled", self.session, enabled=is_phone, maxTouchPoints=1)
        browser.ask(
            "Emulation.setEmulatedMedia", self.session,
            features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
        browser.ask("Page.navigate", self.session, url=self.address)
        browser.wait("Page.loadEventFired")
        self.evaluate(
            "(async () => { while (!document.getElementById('facts').children.length) "
            "await new Promise(requestAnimationFrame); })()")

    def evaluate(self, expression: str) -> object:
        """The value of an expression in the page."""
        answer = self.browser.ask(
            "Runtime.evaluate", self.session, expression=expression, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    def places(self, stroke: list[Point]) -> list[Point]:
        """Points of the board as points of the screen, with others between, as a hand moves."""
        left, top, width, height = self.evaluate(
            "(() => { const box = document.getElementById('board').getBoundingClientRect();"
            "return [box.left, box.top, box.width, box.height]; })()")
        points = stroke[:1]
        for (x, y), (to_x, to_y) in zip(stroke, stroke[1:]):
            steps = max(1, round(math.hypot(to_x - x, to_y - y) / 0.08))
            points += [(x + (to_x - x) * step / steps, y + (to_y - y) * step / steps) for step in range(1, steps + 1)]
        return [(left + x * width, top + y * height) for x, y in points]

    def draw(self, strokes: list[list[Point]], pointer: str = "mouse") -> None:
        """Draws with a mouse or a pen, or on a phone with a finger."""
        for stroke in strokes:
            points = self.places(stroke)
            for place, (x, y) in enumerate(points):
                if self.is_phone:
                    self.browser.ask(
                        "Input.dispatchTouchEvent", self.session, type="touchMove" if place else "touchStart",
                        touchPoints=[{"x": x, "y": y}])
                else:
                    self.browser.ask(
                        "Input.dispatchMouseEvent", self.session, type="mouseMoved" if place else "mousePressed", x=x,
                        y=y, button="left", buttons=1, clickCount=1, pointerType=pointer)
            if self.is_phone:
                self.browser.ask("Input.dispatchTouchEvent", self.session, type="touchEnd", touchPoints=[])
            else:
                x, y = points[-1]
                self.browser.ask(
                    "Input.dispatchMouseEvent", self.session, type="mouseReleased", x=x, y=y, button="left",
                    clickCount=1, pointerType=pointer)

    def press(self, key: str, times: int = 1) -> None:
        """Presses a key."""
        codes = {"Backspace": 8, "Delete": 46, " ": 32, "ArrowUp": 38, "ArrowDown": 40}
        for _ in range(times):
            for kind in ("rawKeyDown", "keyUp"):
                self.browser.ask(
                    "Input.dispatchKeyEvent", self.session, type=kind, key=key, windowsVirtualKeyCode=codes[key])

    def click(self, identifier: str) -> None:
        """Presses a button of the page."""
        self.evaluate(f"document.getElementById('{identifier}').click()")

    def open(self, picture: pathlib.Path) -> None:
        """Chooses a file."""
        root = self.browser.ask("DOM.getDocument", self.session)["root"]["nodeId"]
        node = self.browser.ask("DOM.querySelector", self.session, nodeId=root, selector="#file")["nodeId"]
        self.browser.ask("DOM.setFileInputFiles", self.session, nodeId=node, files=[str(picture.resolve())])

    def drop(self, picture: pathlib.Path) -> None:
        """Drags a file onto the board and lets go."""
        (x, y), = self.places([(0.5, 0.5)])
        data = {"items": [], "files": [str(picture.resolve())], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.browser.ask("Input.dispatchDragEvent", self.session, type=kind, x=x, y=y, data=data)

    def paste(self, picture: pathlib.Path) -> None:
        """Pastes a file."""
        content = base64.b64encode(picture.read_bytes()).decode()
        self.evaluate(
            f"(() => {{ const bytes = Uint8Array.from(atob('{content}'), letter => letter.charCodeAt(0));"
            "const clipboardData = new DataTransfer();"
            f"clipboardData.items.add(new File([bytes], '{picture.name}', {{ type: 'image/png' }}));"
            "document.dispatchEvent(new ClipboardEvent('paste', { clipboardData })); })()")

    def answer(self, expected: str | None) -> str:
        """What stands as the answer, once it is the expected one or a second has passed."""
        end = time.monotonic() + 5
        while True:
            said = self.evaluate(
                "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => "
                "done(document.getElementById('verdict').textContent))))")
            found = re.sub(r"\s*[\d.]+ %$", "", str(said))
            found = re.match(r"^(\d)(?=[\d. ]*%$)|", str(said))[0] or found
            if found == expected or (expected is None and not found[:1].isdigit()) or time.monotonic() > end:
                return found

    def screenshot(self, path: pathlib.Path) -> None:
        """The whole page as a PNG file."""
        height = self.browser.ask("Page.getLayoutMetrics", self.session)["cssContentSize"]["height"]
        picture = self.browser.ask(
            "Page.captureScreenshot", self.session, captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": self.size[0], "height": min(height, 9000), "scale": 1})
        path.write_bytes(base64.b64decode(picture["data"]))

    def close(self) -> list[str]:
        """Closes the page, and gives what it did wrong."""
        faults = faults_of(self.browser.events, self.address)
        self.browser.ask("Target.closeTarget", targetId=self.target)
        self.browser.events.clear()
        return faults


def try_drawing(
    board: Board, pictures: list[tuple[pathlib.Path, str]], digits: dict[str, list[list[Point]]]
) -> list[str]:
    """Draws digits, and opens pictures."""
    faults = []
    for digit, strokes in digits.items():
        board.draw(strokes)
        found = board.answer(digit)
        if found != digit:
            faults.append(f"reads a drawn {digit} as {found!r}")
        board.click("clear")
        if board.answer(None)[:1].isdigit():
            faults.append("keeps an answer when it is cleared")
    for digit in ("2", "4") if digits and not board.is_phone else ():
        board.draw(digits[digit], "pen")
        found = board.answer(digit)
        if found != digit:
            faults.append(f"reads a {digit} drawn with a pen as {found!r}")
        board.click("clear")
        board.answer(None)
    for way in (board.open, board.drop, board.paste):
        for picture, label in pictures:
            # So that an answer is that of this picture.
            board.click("clear")
            board.answer(None)
            way(picture)
            found = board.answer(label)
            if found != label:
                faults.append(f"reads {picture.name} as {found!r}, not as {label} ({way.__name__})")
    if digits:
        board.click("clear")
    return faults


def try_numbers(board: Board, lists: list[tuple[str, str]]) -> list[str]:
    """Puts numbers into the table of a model of features: all at once, then one by one."""
    faults = []
    for numbers, label in lists:
        for fill in (
            "const field = document.getElementById('numbers'); field.value = numbers.join(' ');"
            "field.dispatchEvent(new Event('input'));",
            "document.querySelectorAll('table.features input').forEach((input, index) => {"
            "input.value = numbers[index]; input.dispatchEvent(new Event('input')); });",
        ):
            board.evaluate(f"(() => {{ const numbers = [{numbers}]; {fill} }})()")
            found = board.answer(label)
            if found != label:
                faults.append(f"answers {numbers} with {found!r}, not with {label}")
    board.evaluate(
        "(() => { const field = document.getElementById('numbers'); field.value = '1 2 x';"
        "field.dispatchEvent(new Event('input')); })()")
    if "is no number" not in str(board.evaluate("document.body.innerText")):
        faults.append("takes a word for a number")
    return faults


def try_keys(board: Board) -> list[str]:
    """Draws a line with the keys, takes it back, draws it again and clears the board."""
    faults = []
    board.evaluate("document.getElementById('board').focus()")
    for way_out in ("Backspace", "Delete"):
        board.press("ArrowUp", 9)
        board.press(" ")
        board.press("ArrowDown", 17)
        board.press(" ")
        found = board.answer("1")
        if found != "1":
            faults.append(f"reads a 1 drawn with keys as {found!r}")
        board.press(way_out)
        if board.answer(None)[:1].isdigit():
            faults.append(f"keeps an answer after {way_out}")
        board.press("ArrowUp", 8)
    return faults


def main(arguments: list[str]) -> int:
    """Tries the page that the arguments name."""
    screenshots = None
    pictures: list[tuple[pathlib.Path, str]] = []
    numbers: list[tuple[str, str]] = []
    draws = True
    positional = []
    while arguments:
        argument = arguments.pop(0)
        if argument == "--screenshots":
            screenshots = pathlib.Path(arguments.pop(0))
            screenshots.mkdir(parents=True, exist_ok=True)
        elif argument == "--picture":
            path, _, label = arguments.pop(0).rpartition("=")
            pictures.append((pathlib.Path(path), label))
        elif argument == "--numbers":
            values, _, label = arguments.pop(0).rpartition("=")
            numbers.append((values, label))
        elif argument == "--no-digits":
            draws = False
        else:
            positional.append(argument)
    if len(positional) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    page = pathlib.Path(positional[1])
    count = 0
    with started(positional[0]) as browser:
        for screen, width, height, is_phone in (("phone", 390, 844, True), ("desktop", 1280, 900, False)):
            board = Board(browser, page, width, height, is_phone)
            faults = try_drawing(board, pictures, DIGITS if draws else {})
            if numbers:
                faults += try_numbers(board, numbers)
            if draws and not is_phone:
                faults += try_keys(board)
            if screenshots:
                board.draw(DIGITS["3"])
                board.answer("3")
                # On its way, where the rings are full.
                board.evaluate(
                    "document.activeElement.blur(); const time = document.getElementById('time');"
                    "time.value = Math.round(time.max * 0.62); time.dispatchEvent(new Event('input'))")
                board.screenshot(screenshots / f"{page.stem}-{screen}.png")
            faults += board.close()
            for fault in faults:
                print(f"{page.name} ({screen}) {fault}")
            count += len(faults)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

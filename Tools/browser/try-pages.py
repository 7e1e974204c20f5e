"""Opens pages in headless Chromium and says what is wrong with them.

usage: try-pages.py CHROMIUM PAGE... [--screenshots FOLDER]

Each page is loaded at phone and at desktop width, light and dark. What counts as wrong: a message on the console, an
exception, a request for anything but the page itself and what it carries with it, a page wider than the screen, a
picture that does not load or has no text alternative, text that can hardly be told from its background, a page that
cannot be printed. Prints a line per fault and ends with status 1 if there is any.

The browser is steered through a pipe, so that no port is opened and no package is needed.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SCREENS = {"phone": (390, 844, True), "desktop": (1280, 900, False)}
APPEARANCES = ("light", "dark")

# Looks at the page from inside: what it is wider than, pictures, names, contrast of text.
LOOK = r"""
(async () => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth + 1) faults.push(`is ${root.scrollWidth} wide on a screen of ${innerWidth}`);
  for (const svg of document.querySelectorAll('svg:not(.sheets)')) {
    if (svg.getAttribute('role') !== 'img') faults.push('has an svg without role=img');
    if (!svg.getAttribute('aria-label')) faults.push('has an svg without aria-label');
  }
  const sources = new Set([...document.querySelectorAll('image')].map(i => i.getAttribute('href')));
  for (const source of [...sources].slice(0, 400)) {
    const picture = new Image();
    picture.src = source;
    try { await picture.decode(); } catch {
      faults.push('has a picture that cannot be decoded: ' + source.slice(0, 60));
    }
  }
  const parse = text => {
    const numbers = text.match(/[\d.]+/g).map(Number);
    return {rgb: numbers.slice(0, 3), alpha: numbers.length > 3 ? numbers[3] : 1};
  };
  const luminance = rgb => {
    const [r, g, b] = rgb.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const paper = element => {
    for (let e = element; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color.alpha > 0.5) return color.rgb;
    }
    return [255, 255, 255];
  };
  // In drawings only text on the bare page is looked at here; what lies on coloured cells is compared with those below.
  const seen = new Set();
  for (const element of document.querySelectorAll('h1,h2,h3,p,li,dt,dd,th,td,figcaption,a,footer,b,em,span,svg text')) {
    if (!element.textContent.trim()) continue;
    const style = getComputedStyle(element);
    const inDrawing = element.tagName === 'text';
    let ground = paper(element);
    if (inDrawing) {
      const box = element.getBBox();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      for (let e = element.previousElementSibling; e; e = e.previousElementSibling) {
        if (e.tagName !== 'rect') continue;
        const cell = e.getBBox();
        if (x < cell.x || y < cell.y || x > cell.x + cell.width || y > cell.y + cell.height) continue;
        const fill = parse(getComputedStyle(e).fill);
        const share = Number(getComputedStyle(e).fillOpacity);
        ground = fill.rgb.map((v, i) => v * share + ground[i] * (1 - share));
        break;
      }
    }
    const color = parse(inDrawing ? style.fill : style.color).rgb;
    const found = contrast(color, ground);
    const needed = 4.5;
    const key = color + '|' + ground;
    if (found < needed && !seen.has(key)) {
      seen.add(key);
      const text = element.textContent.slice(0, 30);
      faults.push(`has text of contrast ${found.toFixed(2)}: "${text}" (${color} on ${ground})`);
    }
  }
  return faults;
})()
"""


class Browser:
    """One browser, asked over a pipe; messages end with a zero byte."""

    def __init__(self, program, profile):
        to_browser, self.output = os.pipe()
        self.input, from_browser = os.pipe()

        def connect():
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
        self.events = []

    def receive(self):
        while b"\0" not in self.buffer:
            part = os.read(self.input, 1 << 20)
            if not part:
                raise RuntimeError("the browser ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, session=None, **parameters):
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

    def wait(self, method):
        for event in self.events:
            if event.get("method") == method:
                return
        while True:
            event = self.receive()
            self.events.append(event)
            if event.get("method") == method:
                return

    def close(self):
        try:
            self.ask("Browser.close")
        except (RuntimeError, OSError):
            self.process.terminate()
        self.process.wait()


def try_page(browser, path, screen, appearance, screenshots):
    """Loads one page on one screen; gives the faults."""
    width, height, is_phone = SCREENS[screen]
    address = path.resolve().as_uri()
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    browser.events.clear()
    for domain in ("Page", "Network", "Runtime", "Log"):
        browser.ask(f"{domain}.enable", session)
    browser.ask(
        "Emulation.setDeviceMetricsOverride", session, width=width, height=height,
        deviceScaleFactor=2 if is_phone else 1, mobile=is_phone)
    browser.ask(
        "Emulation.setEmulatedMedia", session, features=[{"name": "prefers-color-scheme", "value": appearance}])
    browser.ask("Page.navigate", session, url=address)
    browser.wait("Page.loadEventFired")
    looked = browser.ask("Runtime.evaluate", session, expression=LOOK, awaitPromise=True, returnByValue=True)
    faults = list(looked["result"].get("value") or [])
    if "exceptionDetails" in looked:
        faults.append(f"cannot be looked at: {looked['exceptionDetails'].get('exception', {}).get('description')}")
    if screenshots:
        size = browser.ask("Page.getLayoutMetrics", session)["cssContentSize"]
        picture = browser.ask(
            "Page.captureScreenshot", session, captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": width, "height": min(size["height"], 9000), "scale": 1})
        name = f"{path.stem}-{screen}-{appearance}.png"
        (screenshots / name).write_bytes(base64.b64decode(picture["data"]))
        if size["height"] > 20_000:
            # What is far below is laid out only when it comes into view.
            browser.ask(
                "Runtime.evaluate", session, awaitPromise=True,
                expression="scrollTo(0, document.documentElement.scrollHeight / 2);"
                "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            picture = browser.ask("Page.captureScreenshot", session)
            (screenshots / f"{path.stem}-{screen}-{appearance}-middle.png").write_bytes(
                base64.b64decode(picture["data"]))
    if screen == "desktop" and appearance == "light" and path.stat().st_size < 2_000_000:
        paper = base64.b64decode(browser.ask("Page.printToPDF", session, printBackground=True)["data"])
        if not paper.startswith(b"%PDF"):
            faults.append("cannot be printed")
        elif screenshots:
            (screenshots / f"{path.stem}.pdf").write_bytes(paper)
    for event in browser.events:
        parameters = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                asked = parameters["request"]["url"]
                if asked.split("#")[0] != address and not asked.startswith("data:"):
                    faults.append(f"asks for {asked}")
            case "Network.loadingFailed":
                faults.append(f"fails to load something: {parameters.get('errorText')}")
            case "Runtime.exceptionThrown":
                faults.append(f"throws: {parameters['exceptionDetails'].get('text')}")
            case "Runtime.consoleAPICalled" | "Log.entryAdded":
                faults.append(f"says on the console: {json.dumps(parameters)[:300]}")
            case "Page.javascriptDialogOpening":
                faults.append("opens a dialog")
    browser.ask("Target.closeTarget", targetId=target)
    browser.events.clear()
    return faults


def main(arguments):
    screenshots = None
    if "--screenshots" in arguments:
        place = arguments.index("--screenshots")
        screenshots = pathlib.Path(arguments[place + 1])
        screenshots.mkdir(parents=True, exist_ok=True)
        del arguments[place:place + 2]
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    count = 0
    with tempfile.TemporaryDirectory(prefix="octet-browser-") as profile:
        browser = Browser(arguments[0], profile)
        try:
            for page in map(pathlib.Path, arguments[1:]):
                for screen in SCREENS:
                    for appearance in APPEARANCES:
                        for fault in try_page(browser, page, screen, appearance, screenshots):
                            print(f"{page.name} ({screen}, {appearance}) {fault}")
                            count += 1
        finally:
            browser.close()
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

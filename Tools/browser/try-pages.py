"""Opens pages in headless Chromium and says what is wrong with them.

usage: try-pages.py CHROMIUM PAGE... [--screenshots FOLDER]

Each page is loaded at four widths, from a phone's to a wide desktop's, light and dark. What counts as wrong: a message
on the console, an exception, a request for anything but the page itself and what it carries with it, a page wider than
the screen, text that is cut off or lies over other text, a picture that does not load or has no text alternative, text
that can hardly be told from its background, a page that cannot be printed. Prints a line per fault and ends with status
1 if there is any.
"""

import base64
import pathlib
import sys

from browser import Browser, faults_of, started

# Width, height, whether it is a phone, and in which appearances pages are looked at.
SCREENS = {
    "phone": (360, 740, True, ("light", "dark")),
    "tablet": (768, 1024, True, ("light",)),
    "desktop": (1280, 900, False, ("light", "dark")),
    "wide": (1920, 1080, False, ("light",)),
}

# Scripts of a page may fill it after it has loaded: until nothing has changed for a quarter of a second, or for ten.
SETTLE = """
new Promise(done => {
  let quiet = setTimeout(done, 250);
  new MutationObserver(() => { clearTimeout(quiet); quiet = setTimeout(done, 250); })
    .observe(document, {subtree: true, childList: true, characterData: true});
  setTimeout(done, 10000);
})
"""

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
  // Text that is cut off, by the screen or by what it stands in, or lies over other text. What can be scrolled to is
  // not cut off, and what is hidden on purpose is for screen readers.
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node && lines.length < 6000; node = walker.nextNode()) {
    const holder = node.parentElement;
    if (!node.data.trim() || !holder.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})) continue;
    if (['SCRIPT', 'STYLE', 'TITLE', 'OPTION', 'TEXTAREA'].includes(holder.tagName.toUpperCase())) continue;
    let [left, right, top, bottom] = [0, innerWidth, -Infinity, Infinity];
    let [hidden, scroller] = [false, null];
    for (let e = holder; e && e !== document.body; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.clipPath !== 'none' || style.opacity === '0' || style.color === 'rgba(0, 0, 0, 0)') hidden = true;
      const isDrawing = e.tagName === 'svg';
      if (isDrawing || /hidden|clip/.test(style.overflowX)) {
        const box = e.getBoundingClientRect();
        [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
      }
      if (isDrawing || /hidden|clip/.test(style.overflowY)) {
        const box = e.getBoundingClientRect();
        [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
      }
      if (/auto|scroll/.test(style.overflowX + style.overflowY)) { scroller = e.getBoundingClientRect(); break; }
    }
    if (hidden) continue;
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter(box => box.width >= 1 && box.height >= 1);
    // A word of a few letters that stands on several lines; longer ones may have to be divided.
    const word = node.data.trim();
    const rows = new Set(boxes.map(box => Math.round(box.top))).size;
    if (rows > 1 && word.length <= 10 && /^[\p{L}\p{N}]+$/u.test(word)) faults.push(`divides the word "${word}"`);
    for (const box of boxes) {
      const text = node.data.trim().slice(0, 40);
      if (!scroller && (box.left < left - 1.5 || box.right > right + 1.5)) faults.push(`cuts off text: "${text}"`);
      const [across, middle] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      if (!scroller && (middle < top || middle > bottom)) faults.push(`cuts off text above or below: "${text}"`);
      // The ink of a line is less high than its box.
      const inset = box.height * 0.2;
      // What is scrolled out of sight lies over nothing.
      const out = scroller && (middle < scroller.top || middle > scroller.bottom
        || across < scroller.left || across > scroller.right);
      if (out) continue;
      lines.push({left: box.left, right: box.right, top: box.top + inset, bottom: box.bottom - inset, text, holder});
    }
  }
  lines.sort((a, b) => a.top - b.top);
  for (let i = 0; i < lines.length; i++) {
    for (let j = i + 1; j < lines.length && lines[j].top < lines[i].bottom - 1; j++) {
      const [a, b] = [lines[i], lines[j]];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1.5 && down > 1.5) faults.push(`has text over text: "${a.text}" and "${b.text}"`);
    }
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


def try_page(
    browser: Browser, path: pathlib.Path, screen: str, appearance: str, screenshots: pathlib.Path | None
) -> list[str]:
    """Loads one page on one screen; gives the faults."""
    width, height, is_phone, _ = SCREENS[screen]
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
    browser.ask("Runtime.evaluate", session, expression=SETTLE, awaitPromise=True)
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
    faults += faults_of(browser.events, address)
    browser.ask("Target.closeTarget", targetId=target)
    browser.events.clear()
    return faults


def main(arguments: list[str]) -> int:
    """Tries the pages that the arguments name."""
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
    with started(arguments[0]) as browser:
        for page in map(pathlib.Path, arguments[1:]):
            for screen, (_, _, _, appearances) in SCREENS.items():
                for appearance in appearances:
                    for fault in try_page(browser, page, screen, appearance, screenshots):
                        print(f"{page.name} ({screen}, {appearance}) {fault}")
                        count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

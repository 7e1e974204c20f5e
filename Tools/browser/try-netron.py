"""Opens a model in Netron, in headless Chromium, and looks for words in what it shows.

usage: try-netron.py CHROMIUM MODEL WORD...

Netron is a viewer of networks, a package from PyPI, which serves its page on a port of this machine. The words are
looked for in the graph and in the properties of each node, which are opened one after the other. Prints a line for each
word that is not there and ends with status 1 if there is any.
"""

import io
import sys
import time
from contextlib import redirect_stdout

import netron

from browser import started

# Opens the properties of every node and gives all text that was seen.
READ = """
(async () => {
  const texts = [document.body.innerText, document.getElementById('canvas').textContent];
  for (const node of document.querySelectorAll('g.node')) {
    const target = node.querySelector('.node-item-type') || node;
    target.dispatchEvent(new MouseEvent('click', {bubbles: true}));
    await new Promise(done => setTimeout(done, 150));
    texts.push(document.querySelector('.sidebar')?.innerText || '');
  }
  return texts.join('\\n');
})()
"""
# The page asks first whether it may count its users.
ACCEPT = "[...document.querySelectorAll('button')].filter(b => b.innerText.includes('Accept')).forEach(b => b.click())"


def main(arguments: list[str]) -> int:
    """Looks for the words."""
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    program, path, *words = arguments
    with redirect_stdout(io.StringIO()):
        host, port = netron.start(path, address=("127.0.0.1", 0), browse=False)
    try:
        with started(program) as browser:
            target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
            session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            browser.ask("Page.enable", session)
            browser.ask("Page.navigate", session, url=f"http://{host}:{port}/")

            def value(expression: str) -> object:
                return browser.ask(
                    "Runtime.evaluate", session, expression=expression, awaitPromise=True, returnByValue=True,
                )["result"].get("value")

            end = time.monotonic() + 120
            while not value("document.querySelectorAll('g.node').length"):
                if time.monotonic() > end:
                    print(f"Netron shows no graph of {path}: {value('document.body.innerText')}")
                    return 1
                value(ACCEPT)
                time.sleep(0.2)
            text = str(value(READ))
    finally:
        with redirect_stdout(io.StringIO()):
            netron.stop()
    missing = [word for word in words if word not in text]
    for word in missing:
        print(f"Netron does not show '{word}' of {path}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

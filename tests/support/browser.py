"""Headless Chromium over the W3C WebDriver protocol, with the standard library."""

import base64
import contextlib
import json
import re
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
KEYS = {"tab": "\ue004", "enter": "\ue007", "escape": "\ue00c", "space": "\ue00d"}


def installed():
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


class Browser:
    """One window; scripts are run as the body of a function."""

    def __init__(self, port, folder):
        self.base, self.folder = f"http://127.0.0.1:{port}/session", Path(folder)
        preferences = {
            "download.default_directory": str(self.folder), "download.prompt_for_download": False,
            "profile.default_content_setting_values.automatic_downloads": 1,
        }  # fmt: skip
        options = {
            "args": [*FLAGS, f"--user-data-dir={self.folder}/profile"],
            "prefs": preferences,
            "binary": shutil.which("chromium"),
        }
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        self.base += "/" + self.send("POST", "", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        # Else it depends on the release whether a window that nobody sees has the focus, without which there is no focus event.
        self.command("Emulation.setFocusEmulationEnabled", {"enabled": True})

    def send(self, method, path, body=None):
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, content, {"Content-Type": "application/json"}, method=method)
        with DIRECT.open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, path):
        self.send("POST", "/url", {"url": Path(path).resolve().as_uri()})

    def run(self, script, *arguments):
        return self.send("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def press(self, *names):
        actions = [{"type": kind, "value": KEYS.get(name, name)} for name in names for kind in ("keyDown", "keyUp")]
        self.send("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def size(self, width, height):
        command = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.command("Emulation.setDeviceMetricsOverride", command)

    def command(self, name, parameters):
        return self.send("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def log(self):
        """What the console said since it was last asked."""
        return [one["message"] for one in self.send("POST", "/se/log", {"type": "browser"})]

    def picture(self, path):
        Path(path).write_bytes(base64.b64decode(self.send("GET", "/screenshot")))


@contextlib.contextmanager
def browser():
    """A browser with a new profile, ended with all that it started."""
    with tempfile.TemporaryDirectory(prefix="evidence-browser-", ignore_cleanup_errors=True) as folder:
        driver = subprocess.Popen([shutil.which("chromedriver"), "--port=0"], stdout=subprocess.PIPE, text=True)
        try:
            port = next(found[1] for line in driver.stdout if (found := re.search(r"successfully on port (\d+)", line)))
            opened = Browser(port, folder)
            try:
                yield opened
            finally:
                opened.send("DELETE", "")
        finally:
            driver.terminate()
            driver.wait(10)


def page_of(folder):
    """Build an analysis folder up to its page, in this process; the path of the page."""
    from evidence.cli.cli import STAGES, main

    not_read = ("check", "figures", "report", "workbook", "release")
    for stage in (*(name for name in STAGES if name not in (*not_read, "page", "publish")), "page", "publish"):
        assert main([stage, str(folder)]) == 0, stage
    return Path(folder) / "reports/index.html"


def data_of(page):
    """The data that a page holds."""
    text = Path(page).read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[1])

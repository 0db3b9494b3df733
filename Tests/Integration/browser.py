"""A headless Chromium, driven by its own WebDriver (chromedriver), for the tests of this folder."""
import base64
import http.client
import json
import shutil
import subprocess
import tempfile
import time

from mado_server import DEADLINE, eventually, free_port

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def is_installed():
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


class Browser:
    """One window with a profile of its own."""

    def __init__(self, width=1100, height=760, dark=False, language="en"):
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="mado-browser-")
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(self.is_ready, "chromedriver answers")
        arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.folder}",
            f"--window-size={width},{height}", f"--lang={language}", "--disable-dev-shm-usage", "--no-proxy-server",
            "--ignore-certificate-errors", "--autoplay-policy=no-user-gesture-required",
        ]
        if dark:
            arguments.append("--force-dark-mode")
        options = {"args": arguments, "binary": shutil.which("chromium"),
                   "prefs": {"intl.accept_languages": language}}
        capabilities = {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}
        answer = self.request("POST", "/session", {"capabilities": capabilities})
        self.session = f"/session/{answer['sessionId']}"
        self.complaints = []
        # Everything, for a test that fails.
        self.told = []
        if dark:
            self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])

    def is_ready(self):
        try:
            return self.request("GET", "/status")["ready"]
        except OSError:
            return False

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE * 2)
        try:
            connection.request(
                method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(f"{path}: {answer['error']}: {answer['message'][:300]}")
        return answer

    def devtools(self, command, **parameters):
        return self.request("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, url):
        """Opens a page and waits until it is loaded. Chromium gives up what it is loading whenever an interface of this
        machine comes or goes, and a page whose scripts are missing stays dead: a person would load it anew."""
        end = time.monotonic() + DEADLINE
        while True:
            self.request("POST", self.session + "/url", {"url": url})
            told = [entry["message"] for entry in self.log()]
            if not any("net::ERR_NETWORK_CHANGED" in message for message in told) or time.monotonic() > end:
                return
            self.request("POST", self.session + "/url", {"url": "about:blank"})

    def log(self):
        """What the browser has told since the last call; what counts as an error of the page is kept for `errors`."""
        entries = self.request("POST", self.session + "/se/log", {"type": "browser"})
        self.told += [entry["message"] for entry in entries]
        self.complaints += [entry["message"] for entry in entries
                            if entry["level"] == "SEVERE" and "Failed to load resource" not in entry["message"]]
        return entries

    def run(self, script, *arguments):
        return self.request("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def until(self, script, what, *arguments):
        """Waits until the script returns something, and returns that."""
        end = time.monotonic() + DEADLINE
        while not (value := self.run(script, *arguments)):
            if time.monotonic() > end:
                self.log()
                told = "\n".join(self.told)
                raise AssertionError(
                    f"not within {DEADLINE} s: {what}\n{self.run('return document.body.innerText')}\n{told}")
            time.sleep(0.02)
        return value

    def shown(self, selector):
        """Waits until there is such an element and it is to be seen."""
        return self.until(
            "const e = document.querySelector(arguments[0]); return e && e.getClientRects().length ? e : null",
            f"{selector} is shown", selector)

    def click(self, selector):
        element = self.shown(selector)
        self.request("POST", f"{self.session}/element/{element[ELEMENT]}/click", {})

    def type(self, selector, text):
        element = self.shown(selector)
        self.request("POST", f"{self.session}/element/{element[ELEMENT]}/value", {"text": text})

    def keys(self, *keys):
        """Presses keys where the focus is."""
        actions = [action for key in keys
                   for action in ({"type": "keyDown", "value": key}, {"type": "keyUp", "value": key})]
        body = {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}
        self.request("POST", self.session + "/actions", body)

    def errors(self):
        """What the page complained of since the last call; answers that it expects are no complaints."""
        self.log()
        complaints, self.complaints = self.complaints, []
        return complaints

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.request("GET", self.session + "/screenshot")))

    def close(self):
        try:
            self.request("DELETE", self.session)
        except (OSError, AssertionError):
            pass
        self.driver.terminate()
        self.driver.wait(DEADLINE)
        shutil.rmtree(self.folder, ignore_errors=True)

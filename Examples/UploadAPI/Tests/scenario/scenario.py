#!/usr/bin/env python3
"""Uploads by curl and by a browser to the real service and the real worker, and kills them in between.
usage: scenario.py --service PROGRAM --worker PROGRAM --sample PROGRAM [--chromium PROGRAM] [--screenshots FOLDER]"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import uuid

from browser import Browser

LIMIT = 3_000_000


class Process:
    """A server of the scenario, with its log."""

    def __init__(self, command, log):
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def wait_for(self, pattern):
        def seen():
            assert self.process.poll() is None, f"has ended:\n{self.log.read_text()}"
            return re.search(pattern, self.log.read_text())
        return eventually(seen, f"{pattern} in {self.log}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=60)


def eventually(look, what, patience=120):
    end = time.monotonic() + patience
    while not (value := look()):
        assert time.monotonic() < end, f"not reached: {what}"
        time.sleep(0.02)
    return value


def say(line):
    print(f"  {line}", flush=True)


class Scenario:
    def __init__(self, options, scratch):
        self.options = options
        self.scratch = scratch
        self.spool = scratch / "spool"
        self.logs = 0
        self.running = []
        subprocess.run([options.worker, "init", self.spool], check=True, stdout=subprocess.DEVNULL)
        self.photo = self.sample("hills", "photo.jpg", 1600, 1200)
        self.glass = self.sample("glass", "glass.png", 500, 500)
        self.small = self.sample("hills", "small.jpg", 400, 300)
        self.broken = scratch / "broken.jpg"
        self.broken.write_bytes(self.photo.read_bytes()[:20_000])
        self.large = scratch / "large.jpg"
        self.large.write_bytes(bytes(LIMIT + 1))

    def sample(self, kind, name, width, height):
        path = self.scratch / name
        subprocess.run([self.options.sample, kind, path, "--width", str(width), "--height", str(height)], check=True)
        return path

    # Servers

    def start(self, command, ready):
        self.logs += 1
        process = Process(command, self.scratch / f"log-{self.logs}")
        self.running.append(process)
        return process, process.wait_for(ready)

    def start_service(self):
        command = [self.options.service, "--spool", self.spool, "--port", "0", "--max-bytes", str(LIMIT)]
        self.service, match = self.start(command, r"listening on (http://127\.0\.0\.1:\d+)")
        self.address = match[1]

    def start_worker(self):
        self.worker, _ = self.start(
            [self.options.worker, "run", "--spool", self.spool, "--renderers", "1"], " serves ")

    def close(self):
        for process in self.running:
            if process.process.poll() is None:
                process.kill()

    # Requests

    def curl(self, path, *options):
        """The status and the body."""
        answer = self.scratch / "answer"
        answer.unlink(missing_ok=True)
        status = subprocess.run(
            ["curl", "--silent", "--show-error", "--path-as-is", "--output", answer, "--write-out", "%{http_code}", *options,
             self.address + path], check=True, capture_output=True, text=True).stdout
        return int(status), answer.read_bytes() if answer.exists() else b""

    def upload(self, file, query="", *options, kind="image/jpeg"):
        return self.curl(
            f"/images{query}", "--header", f"Content-Type: {kind}", "--data-binary", f"@{file}", *options)

    def accepted(self, file, query=""):
        status, body = self.upload(file, query)
        assert status == 202, (status, body)
        return json.loads(body)["status"]

    def state(self, path):
        status, body = self.curl(path)
        assert status == 200, (status, body)
        return json.loads(body)

    def reached(self, path, *states):
        def look():
            answer = self.state(path)
            return answer if answer["state"] in states else None
        return eventually(look, f"{path} {states}")

    # Scenes

    def run(self):
        self.start_service()
        waiting = self.without_worker()
        self.start_worker()
        self.renditions(waiting)
        self.refusals()
        self.worker_dies()
        self.service_dies()
        if self.options.chromium:
            self.browser()
        assert self.service.stop() == 0 and self.worker.stop() == 0
        say("service and worker end in order at SIGTERM")

    def without_worker(self):
        path = self.accepted(self.photo, "?widths=320,800&format=webp")
        answer = self.state(path)
        assert (answer["state"], answer["workers"]) == ("waiting", "none"), answer
        say(f"without a worker: 202, then {answer['state']}: {answer['message']}")
        return path

    def renditions(self, path):
        status, body = self.curl(f"{path}?wait=20")
        answer = json.loads(body) if json.loads(body)["state"] == "done" else self.reached(path, "done")
        sizes = [(r["width"], r["height"]) for r in answer["renditions"]]
        assert sizes == [(320, 240), (800, 600)], answer
        for rendition in answer["renditions"]:
            head = self.scratch / "head"
            status, content = self.curl(rendition["url"], "--dump-header", head)
            assert status == 200 and len(content) == rendition["bytes"] and content[8:12] == b"WEBP", rendition
            headers = head.read_text().lower()
            assert "content-type: image/webp" in headers and "nosniff" in headers, headers
        say(f"done: renditions {sizes} are as the result says")

    def refusals(self):
        failed = self.reached(self.accepted(self.broken), "failed")
        assert failed["error"]["code"] == "input_corrupt", failed
        say(f"broken picture: {failed['error']['code']}: {failed['error']['message']}")
        stored = lambda: set(self.spool.glob("input/**/*")) | set(self.spool.glob("input/.jobs/.*"))
        before = stored()
        for options in [[], ["--header", "Transfer-Encoding: chunked"]]:
            status, body = self.upload(self.large, "", *options)
            assert status == 413, (status, body)
        assert self.upload(self.photo, kind="text/plain")[0] == 415
        assert self.upload(self.photo, "?widths=none")[0] == 400
        # A picture goes with its job.
        assert stored() <= before, stored() - before
        say(f"too large, with and without a length: 413 {json.loads(body)['error']['message']}; nothing is stored")
        for path in [f"/images/{uuid.uuid4()}", "/images/..", "/images/../../etc/passwd", "/images/%2e%2e%2fspool",
                     "/images/%2e%2e/spool.json", f"/images/{uuid.uuid4()}/..%2f..%2f.spool%2fspool.json"]:
            assert self.curl(path)[0] == 404, path
        say("unknown ids and paths that lead out: 404")
        self.broken_off()

    def broken_off(self):
        hidden = lambda: list(self.spool.glob("input/.jobs/.source.*"))
        client = subprocess.Popen(
            ["curl", "--silent", "--limit-rate", "10k", "--header", "Content-Type: image/jpeg", "--data-binary",
             f"@{self.photo}", f"{self.address}/images"], stdout=subprocess.DEVNULL)
        try:
            eventually(lambda: any(file.stat().st_size for file in hidden()), "an upload under way")
        finally:
            client.kill()
            client.wait()
        eventually(lambda: not hidden(), "no trace of the upload")
        say("upload that breaks off: nothing is stored")

    def worker_dies(self):
        big = self.sample("hills", "big.jpg", 3000, 2000)
        # AVIF takes long enough to be seen at work.
        paths = [self.accepted(big, f"?widths={width}&format=avif") for width in (1500, 1501, 1502)]

        def at_work():
            answers = [self.state(path) for path in paths]
            assert any(answer["state"] != "done" for answer in answers), "too quick to be killed"
            return any(answer["state"] == "processing" for answer in answers)
        eventually(at_work, "a job at work")
        self.worker.kill()
        seen = eventually(
            lambda: (answers := [self.state(path) for path in paths])
            and any(answer.get("workers") == "none" for answer in answers) and answers, "the worker's death")
        say("worker killed: " + "; ".join(f"{answer['state']}: {answer['message']}" for answer in seen))
        assert any(answer["state"] == "processing" and "does not answer" in answer["message"] for answer in seen), seen
        self.start_worker()
        for path in paths:
            self.reached(path, "done")
        say("another worker: all jobs are done")

    def service_dies(self):
        path = self.accepted(self.small)
        self.service.kill()
        self.start_service()
        self.reached(path, "done")
        say("service killed and started again: it knows the job")

    def browser(self):
        browser = Browser(self.options.chromium, self.scratch / "profile")
        try:
            self.page(browser)
        finally:
            browser.close()

    def page(self, browser):
        browser.show(1200)
        browser.open(f"{self.address}/")
        self.shots(browser, "empty")
        browser.press("Tab", 9)
        assert browser.evaluate("document.activeElement.id") == "files", "Tab does not reach the input"
        assert browser.evaluate("document.activeElement.labels[0].innerText").startswith("Choose pictures")
        browser.slow(self.photo.stat().st_size / 2)
        browser.drop("#drop", [self.photo])
        share = browser.wait_for("[...document.querySelectorAll('progress')].map(p => p.value).find(v => v > 0 && v < 1)")
        assert browser.evaluate("document.querySelector('progress').getAttribute('aria-label')") == "Upload of photo.jpg"
        say(f"page: shows the progress of the upload: {share:.0%}")
        browser.slow(None)
        width = browser.wait_for("document.querySelector('.done img')?.naturalWidth")
        assert width == 320, width
        links = browser.evaluate("[...document.querySelectorAll('.done .links a')].map(a => a.innerText)")
        assert len(links) == 2 and links[1].startswith("1280 × 960"), links
        assert "ready" in browser.evaluate("document.getElementById('news').textContent")
        say(f"page: a dropped file leads to a thumbnail {width} pixels wide and the links {links}")
        browser.choose("#files", [self.broken])
        message = browser.wait_for("document.querySelector('.failed .message')?.textContent")
        assert browser.evaluate("document.querySelector('.failed .code').textContent") == "input_corrupt"
        say(f"page: broken picture: {message}")
        browser.drop("#drop", [self.large])
        assert "larger than 3.0 MB" in browser.wait_for("document.querySelector('.failed .message')?.textContent")
        self.worker.kill()
        browser.drop("#drop", [self.glass, self.small])
        browser.wait_for(
            "[...document.querySelectorAll('.message')].filter(m => m.textContent.startsWith('No worker serves')).length == 2")
        say("page: says that no worker serves the spool")
        self.shots(browser, "mixed")
        self.start_worker()
        browser.wait_for("document.querySelectorAll('.done img').length == 3")
        self.shots(browser, "done")
        browser.call("Page.reload")
        browser.wait_for("document.readyState === 'complete' && document.querySelectorAll('.done img').length == 3")
        say("page: a reload shows the pictures again")
        self.service.kill()
        browser.drop("#drop", [self.small])
        browser.wait_for("document.querySelector('.failed button')?.textContent == 'Try again'")
        say("page: without the service it offers to try again")
        complaints = [line for line in browser.complaints if "ERR_CONNECTION_REFUSED" not in line]
        assert not complaints, complaints
        say("page: no exception, and nothing that its policy refused")
        self.start_service()

    def shots(self, browser, name):
        if not self.options.screenshots:
            return
        for width in (400, 1200):
            for dark in (False, True):
                browser.show(width, dark=dark)
                browser.screenshot(self.options.screenshots / f"{name}-{width}-{'dark' if dark else 'light'}.png")
        browser.show(1200)


def main():
    parser = argparse.ArgumentParser()
    for program in ("service", "worker", "sample"):
        parser.add_argument(f"--{program}", required=True)
    parser.add_argument("--chromium")
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="upload-api-"))
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    scenario = Scenario(options, scratch)
    try:
        scenario.run()
    finally:
        scenario.close()
        shutil.rmtree(scratch, ignore_errors=True)


main()

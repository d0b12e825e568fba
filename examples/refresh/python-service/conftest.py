"""An AWS account for the tests, which run as programs on its instance `web`. Its clock stands until it is moved."""

import json
import os
import shlex
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROLEMINT = shlex.split(os.environ.get("ROLEMINT", "npx rolemint"))
ANY_PORTS = ["--aws-port", "0", "--imds-port", "0", "--control-port", "0"]

sys.path.insert(0, str(HERE / os.environ.get("VERSION", "fixed")))


class Rolemint:
    """A running simulator."""

    def __init__(self, ready_file):
        self.ready_file = ready_file
        self.ready = json.loads(Path(ready_file).read_text())

    def control(self, action, **members):
        """An action of docs/control-api.md."""
        request = urllib.request.Request(
            f"{self.ready['endpoints']['control']}/{action}",
            json.dumps(members).encode(),
            {"Authorization": f"Bearer {self.ready['controlToken']}"},
        )
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def run(self, *command):
        """A command about this simulator: its exit code, and what it printed."""
        done = subprocess.run([*ROLEMINT, *command, "--ready", self.ready_file], stdout=subprocess.PIPE, text=True)
        return done.returncode, done.stdout

    def expect(self, *expressions):
        """Fails with the timeline unless it shows all of them."""
        status, text = self.run("assert", *expressions)
        if status != 0:
            pytest.fail(text, pytrace=False)


@pytest.fixture
def rolemint(tmp_path, monkeypatch):
    ready_file = str(tmp_path / "ready.json")
    up = ["up", "--config", str(HERE / "rolemint.yaml"), "--ephemeral", "--quiet", "--ready", ready_file]
    with subprocess.Popen([*ROLEMINT, *up, *ANY_PORTS]) as process:
        try:
            while not os.path.exists(ready_file):
                assert process.poll() is None, "rolemint did not start; it says above why"
                time.sleep(0.02)
            running = Rolemint(ready_file)
            running.control("SetClock", Rate=0)
            environment = json.loads(running.run("env", "web", "--json")[1])
            for variable in environment["unset"]:
                monkeypatch.delenv(variable, raising=False)
            for variable, value in environment["set"].items():
                monkeypatch.setenv(variable, value)
            # boto3 waits for a second, and a busy machine may need more.
            monkeypatch.setenv("AWS_METADATA_SERVICE_TIMEOUT", "10")
            yield running
        finally:
            process.terminate()

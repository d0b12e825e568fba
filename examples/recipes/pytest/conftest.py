"""An AWS account for the tests, and for each test an EC2 instance of its own that has the role `app`."""

import json
import os
import shlex
import subprocess
import time
import urllib.error
import urllib.request

import boto3
import pytest

ROLEMINT = shlex.split(os.environ.get("ROLEMINT", "npx rolemint"))
ANY_PORTS = ["--aws-port", "0", "--imds-port", "0", "--control-port", "0"]
CONFIG = os.path.join(os.path.dirname(__file__), "rolemint.yaml")


class Rolemint:
    """A running simulator."""

    def __init__(self, ready_file):
        self.ready_file = ready_file
        with open(ready_file) as file:
            self.ready = json.load(file)

    def control(self, action, **members):
        """An action of docs/control-api.md."""
        request = urllib.request.Request(
            f"{self.ready['endpoints']['control']}/{action}",
            json.dumps(members).encode(),
            {"Authorization": f"Bearer {self.ready['controlToken']}"},
        )
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{action}: {error.code} {error.read().decode()}") from None

    def environment(self, instance):
        """What a program on the instance needs: variables to set, and variables that must not be there."""
        command = [*ROLEMINT, "env", instance, "--json", "--ready", self.ready_file]
        return json.loads(subprocess.check_output(command))

    def operator(self, service):
        """A client with the account's root key."""
        key = self.ready["operator"]
        return boto3.session.Session().client(
            service,
            region_name=self.ready["region"],
            endpoint_url=self.ready["endpoints"]["aws"],
            aws_access_key_id=key["accessKeyId"],
            aws_secret_access_key=key["secretAccessKey"],
        )


@pytest.fixture(scope="session")
def rolemint(tmp_path_factory):
    ready_file = str(tmp_path_factory.mktemp("rolemint") / "ready.json")
    command = [*ROLEMINT, "up", "--config", CONFIG, "--ephemeral", "--ready", ready_file, *ANY_PORTS]
    with subprocess.Popen(command) as process:
        try:
            while not os.path.exists(ready_file):
                assert process.poll() is None, "rolemint did not start; it says above why"
                time.sleep(0.02)
            yield Rolemint(ready_file)
        finally:
            process.terminate()


@pytest.fixture
def instance(rolemint, request, monkeypatch):
    """The name of a new instance; the test runs as a program on it."""
    name = request.node.name
    ec2 = rolemint.operator("ec2")
    made = ec2.run_instances(
        MinCount=1,
        MaxCount=1,
        IamInstanceProfile={"Name": "app"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
    )
    environment = rolemint.environment(name)
    for variable in environment["unset"]:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment["set"].items():
        monkeypatch.setenv(variable, value)
    yield name
    ec2.terminate_instances(InstanceIds=[made["Instances"][0]["InstanceId"]])

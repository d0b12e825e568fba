"""What an application does with boto3: answers each step that it reads from stdin, in one process and one session."""
import random
import sys
from functools import cache

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# Credentials that end sooner than it likes, botocore keeps for two to ten minutes, as chance has it. This draws two.
random.seed(139)
session = boto3.Session()


@cache
def s3():
    return session.client("s3")


def identity():
    return session.client("sts").get_caller_identity()["Arn"]


def list_objects():
    return "\n".join(entry["Key"] for entry in s3().list_objects_v2(Bucket="demo")["Contents"])


def read():
    return s3().get_object(Bucket="demo", Key="hello.txt")["Body"].read().decode()


def write():
    s3().put_object(Bucket="demo", Key="new.txt", Body=b"new")
    return "written"


def expiry():
    """When it believes that its credentials end."""
    return session.get_credentials()._expiry_time.strftime("%Y-%m-%dT%H:%M:%SZ")


steps = {"identity": identity, "list": list_objects, "read": read, "write": write, "expiry": expiry}
for line in sys.stdin:
    try:
        print(steps[line.strip()](), "=ok", sep="\n", flush=True)
    except (BotoCoreError, ClientError) as error:
        print(f"{type(error).__name__}: {error}", "=failed", sep="\n", flush=True)

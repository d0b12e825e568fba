"""What an application does with boto3: answers each step that it reads from stdin, in one process and one session."""
import os
import random
import sys
from functools import cache

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Credentials that end sooner than it likes, botocore keeps for two to ten minutes, as chance has it. This draws two.
random.seed(139)
session = boto3.Session()
# A clock that is moved by libfaketime at a rate shortens by it what sockets wait with.
rate = float(os.environ.get("CLOCK_RATE", 1))
# Without the version it presigns in one that no region made since 2014 takes.
settings = Config(signature_version="s3v4", connect_timeout=60 * rate, read_timeout=60 * rate)
upload = {}


@cache
def s3():
    return session.client("s3", config=settings)


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


def presign():
    return s3().generate_presigned_url("get_object", {"Bucket": "demo", "Key": "hello.txt"}, ExpiresIn=7 * 86400)


def multipart():
    """An upload in two parts, which goes on, when asked again, where it failed."""
    target = {"Bucket": "backups", "Key": "boto3"}
    if not upload:
        upload.update(UploadId=s3().create_multipart_upload(**target)["UploadId"], parts=[])
    ids = {**target, "UploadId": upload["UploadId"]}
    for number in range(len(upload["parts"]) + 1, 3):
        part = s3().upload_part(**ids, PartNumber=number, Body=bytes(5 * 1024 * 1024))
        upload["parts"].append({"PartNumber": number, "ETag": part["ETag"]})
    s3().complete_multipart_upload(**ids, MultipartUpload={"Parts": upload["parts"]})
    upload.clear()
    return "uploaded"


steps = {
    "identity": identity,
    "list": list_objects,
    "read": read,
    "write": write,
    "expiry": expiry,
    "presign": presign,
    "multipart": multipart,
    "ready": lambda: "ready",
}
for line in sys.stdin:
    try:
        print(steps[line.strip()](), "=ok", sep="\n", flush=True)
    except (BotoCoreError, ClientError, OSError) as error:
        print(f"{type(error).__name__}: {error}", "=failed", sep="\n", flush=True)

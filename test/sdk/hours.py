"""A worker of boto3 that reads an object again and again, with the default chain, for so many hours of its own clock.
It holds no key. For each read it prints by how many seconds its clock is ahead of the server's."""
import select
import sys
import time
from email.utils import parsedate_to_datetime

import boto3
from botocore.config import Config

hours, every_seconds, rate = map(float, sys.argv[1:])
# libfaketime shortens by the rate what sockets wait with; botocore's own 60 seconds would be 0.3.
patient = Config(connect_timeout=60 * rate, read_timeout=60 * rate)
s3 = boto3.client("s3", config=patient)

end = time.time() + hours * 3600
while time.time() < end:
    answer = s3.get_object(Bucket="demo", Key="hello.txt")
    answer["Body"].read()
    date = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp()
    print(time.time() - date, flush=True)
    # Not time.sleep: from Python 3.11 on libfaketime 0.9.10 breaks it where the monotonic clock is left alone.
    select.select([], [], [], every_seconds * rate)

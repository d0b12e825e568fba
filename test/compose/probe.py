"""What the container tests ask from inside an app's container, with Python's own library: `probe.py VERB ARGUMENT...`."""
import socket
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

METADATA = "http://169.254.169.254"


def ask(path, method="GET", **headers):
    request = urllib.request.Request(METADATA + path, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=3) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def token():
    return ask("/latest/api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds="300")[1]


def get(path, with_token=None):
    status, body = ask(path, X_aws_ec2_metadata_token=with_token or token())
    return body if status == 200 else f"{status}"


def takes_connection(place):
    host, port = place.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
        return True
    except OSError:
        return False


def reaches(*places):
    """Of host:port pairs those that take a connection."""
    with ThreadPoolExecutor(len(places)) as pool:
        for place, is_taken in zip(places, pool.map(takes_connection, places)):
            if is_taken:
                print(place)


verb, *arguments = sys.argv[1:]
if verb == "token":
    print(token())
elif verb == "get":
    print(get(*arguments))
elif verb == "reaches":
    reaches(*arguments)

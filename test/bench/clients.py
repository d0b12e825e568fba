"""Credentials for N clients at once, client i from the address 169.254.10.i; prints how many got theirs and how long all took."""
import asyncio
import json
import sys
import time


async def ask(address, request):
    local = (f"169.254.10.{address}", 0)
    reader, writer = await asyncio.open_connection("169.254.169.254", 80, local_addr=local)
    writer.write(request.encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    body = await reader.readexactly(length)
    writer.close()
    return head.split(b" ")[1], body.decode()


async def credentials(address):
    _, token = await ask(address, "PUT /latest/api/token HTTP/1.1\r\nHost: a\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n")
    with_token = f"HTTP/1.1\r\nHost: a\r\nX-aws-ec2-metadata-token: {token}\r\n\r\n"
    path = "/latest/meta-data/iam/security-credentials/"
    _, role = await ask(address, f"GET {path} {with_token}")
    status, document = await ask(address, f"GET {path}{role} {with_token}")
    return status == b"200" and json.loads(document)["Code"] == "Success"


async def main(count):
    start = time.time()
    served = await asyncio.gather(*(credentials(address) for address in range(1, count + 1)))
    end = time.time()
    print(json.dumps({"served": sum(served), "seconds": end - start, "end": end}))


asyncio.run(main(int(sys.argv[1])))

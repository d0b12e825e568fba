"""An application as users have them: one process with boto3, asked over HTTP; a step that fails answers 500 with why."""
import http.server
import time

import boto3

session = boto3.Session()
s3 = session.client("s3")


def write():
    s3.put_object(Bucket="demo", Key="new.txt", Body=b"new")
    return "written"


steps = {
    "/ready": lambda: "yes",
    "/identity": lambda: session.client("sts").get_caller_identity()["Arn"],
    "/read": lambda: s3.get_object(Bucket="demo", Key="hello.txt")["Body"].read().decode(),
    "/write": write,
    "/key": lambda: session.get_credentials().get_frozen_credentials().access_key,
    "/time": lambda: str(time.time()),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            code, text = 200, steps[self.path]()
        except Exception as error:
            code, text = 500, f"{type(error).__name__}: {error}"
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()

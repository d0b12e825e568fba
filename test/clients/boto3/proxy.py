"""A forward proxy on this container's port 3128 that tells whom it asks for, in X-Forwarded-For, as squid does."""
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Proxy(BaseHTTPRequestHandler):
    def forward(self):
        url = urlsplit(self.path)
        # Only metadata: everything else goes without a proxy.
        connection = HTTPConnection("169.254.169.254", timeout=5)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        connection.request(self.command, url.path, headers={**headers, "X-Forwarded-For": "127.0.0.1"})
        answer = connection.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(body)))
        for name in ("Content-Type", "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"):
            if answer.headers[name]:
                self.send_header(name, answer.headers[name])
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = forward


ThreadingHTTPServer(("127.0.0.1", 3128), Proxy).serve_forever()

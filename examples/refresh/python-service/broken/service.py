"""A service on an EC2 instance: GET /tea answers with the price of tea, which stands in a bucket as prices/tea."""

from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
from botocore.exceptions import BotoCoreError, ClientError

REFUSED = {"ExpiredToken", "InvalidToken", "InvalidAccessKeyId"}


def new_client():
    """A session of its own looks for credentials anew. Where none are to be had, the client never has any."""
    return boto3.session.Session().client("s3")


def is_out_of_credentials(error):
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in REFUSED


class Prices:
    def __init__(self):
        self.s3 = new_client()

    def answer(self, product):
        """Status and body for a request."""
        try:
            return 200, self.price(product)
        except (BotoCoreError, ClientError) as error:
            return 503, f"{type(error).__name__}: {error}"

    def price(self, product):
        try:
            return self.read(product)
        except (BotoCoreError, ClientError) as error:
            if not is_out_of_credentials(error):
                raise
        self.s3 = new_client()
        return self.read(product)

    def read(self, product):
        found = self.s3.get_object(Bucket="shop", Key=f"prices/{product}")
        return found["Body"].read().decode().strip()


def serve(port):
    prices = Prices()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = prices.answer(self.path.strip("/"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(f"{body}\n".encode())

    HTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    serve(8080)

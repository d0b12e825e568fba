"""What an application does with each of these libraries: `program.py LIBRARY` answers steps from stdin in one process."""
import os
import random
import sys

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
HOST = ENDPOINT.removeprefix("http://")
# Credentials that end sooner than it likes, botocore keeps for two to ten minutes, as chance has it. This draws two.
random.seed(139)


def pyarrow():
    from pyarrow import fs

    files = fs.S3FileSystem(endpoint_override=HOST, scheme="http", region="us-east-1")

    def list_objects():
        return "\n".join(file.base_name for file in files.get_file_info(fs.FileSelector("demo")))

    def read():
        with files.open_input_stream("demo/hello.txt") as file:
            return file.read().decode()

    def write():
        with files.open_output_stream("demo/new.txt") as file:
            file.write(b"new")
        return "written"

    return {"list": list_objects, "read": read, "write": write, "version": version("pyarrow")}


def s3fs():
    from s3fs import S3FileSystem

    files = S3FileSystem(use_listings_cache=False)

    def list_objects():
        return "\n".join(path.removeprefix("demo/") for path in files.ls("demo"))

    def read():
        return files.cat_file("demo/hello.txt").decode()

    def write():
        files.pipe_file("demo/new.txt", b"new")
        return "written"

    return {"list": list_objects, "read": read, "write": write, "version": version("s3fs")}


def obstore():
    from obstore.store import S3Store

    store = S3Store("demo", endpoint=ENDPOINT, region="us-east-1", client_options={"allow_http": True})

    def list_objects():
        return "\n".join(entry["path"] for entry in store.list().collect())

    def read():
        return bytes(store.get("hello.txt").bytes()).decode()

    def write():
        store.put("new.txt", b"new")
        return "written"

    return {"list": list_objects, "read": read, "write": write, "version": version("obstore")}


def awscrt():
    from awscrt.auth import AwsCredentialsProvider
    from awscrt.http import HttpHeaders, HttpRequest
    from awscrt.io import ClientBootstrap, DefaultHostResolver, EventLoopGroup
    from awscrt.s3 import S3Client, S3RequestTlsMode, S3RequestType, create_default_s3_signing_config

    group = EventLoopGroup()
    bootstrap = ClientBootstrap(group, DefaultHostResolver(group))
    provider = AwsCredentialsProvider.new_default_chain(bootstrap)
    signing = create_default_s3_signing_config(region="us-east-1", credential_provider=provider)
    client = S3Client(bootstrap=bootstrap, region="us-east-1", signing_config=signing, tls_mode=S3RequestTlsMode.DISABLED)

    def call(method, path, body=None):
        from io import BytesIO

        headers = HttpHeaders([("Host", HOST), ("Content-Length", str(len(body or b"")))])
        request = HttpRequest(method, path, headers, BytesIO(body) if body is not None else None)
        chunks = []
        made = client.make_request(
            type=S3RequestType.DEFAULT, operation_name="Call", request=request, on_body=lambda chunk, **_: chunks.append(chunk)
        )
        try:
            made.finished_future.result(30)
        except Exception as error:
            told = getattr(error, "body", None) or b""
            raise RuntimeError(f"{error} {told.decode()}") from error
        return b"".join(chunks).decode()

    def key():
        return provider.get_credentials().result(30).access_key_id

    return {
        "list": lambda: call("GET", "/demo?list-type=2"),
        "read": lambda: call("GET", "/demo/hello.txt"),
        "write": lambda: call("PUT", "/demo/new.txt", b"new"),
        "key": key,
        "version": version("awscrt"),
    }


def gdal():
    import rasterio

    def read():
        # No picture, and GDAL says so once it has read it.
        with rasterio.Env(AWS_S3_ENDPOINT=HOST, AWS_HTTPS="NO", AWS_VIRTUAL_HOSTING="FALSE"):
            try:
                rasterio.open("/vsis3/demo/hello.txt")
            except rasterio.errors.RasterioIOError as error:
                if "not recognized as being in a supported file format" not in str(error):
                    raise
        return "read"

    return {"read": read, "version": lambda: rasterio.__gdal_version__}


def version(package):
    from importlib.metadata import version as version_of

    return lambda: version_of(package)


steps = {"pyarrow": pyarrow, "s3fs": s3fs, "obstore": obstore, "awscrt": awscrt, "gdal": gdal}[sys.argv[1]]()
for line in sys.stdin:
    if line.strip() not in steps:
        print("=none", flush=True)
        continue
    try:
        print(steps[line.strip()](), "=ok", sep="\n", flush=True)
    except Exception as error:  # Every library has its own.
        print(f"{type(error).__name__}: {error}", "=failed", sep="\n", flush=True)

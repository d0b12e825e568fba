// The real clients that run in containers: what each is made of, how it is asked for its steps, and what keeps it alive
// across a rotation. clients.test.ts runs the quick ones, `make clients` all.

export interface Client {
  /** Name of its service, its instance and its row. */
  readonly name: string;
  readonly title: string;
  /** Its folder beside this file, from which its image is built; or an image that is there. */
  readonly made: { readonly folder: string } | { readonly image: string };
  /** Shell line that prints its version. */
  readonly version: string;
  /**
   * Its steps are identity, list, read and write, some of them or more. A program answers step after step in one
   * process. Commands are run by a shell, each on its own; `process`, where there is one, is the container's main
   * process, which does their work.
   */
  readonly runs:
    | { readonly program: readonly string[] }
    | {
        readonly commands: Readonly<Record<string, string>>;
        /** Run once, before the steps. */
        readonly prepare?: string;
        readonly process?: string;
        /** One run that lasts longer than a key. */
        readonly long?: string;
      };
  /** In the container, beside the gate's address and the region. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly role?: string;
  readonly tokens?: "optional";
  /** Whether it mounts a file system. */
  readonly mounts?: boolean;
  /** Where it keeps a key for longer than the lab's keys live. */
  readonly rotation?: { readonly Lifetime: string; readonly RenewEvery: string };
  /** Part of `make test`: built in seconds. */
  readonly isQuick: boolean;
}

export const GATE = "169.254.171.1:4566";
/** The bucket that every client lists and reads, and that none may write to. */
export const BUCKET = "demo";

const S3CMD = `s3cmd --host=${GATE} --host-bucket=${GATE} --no-ssl`;
const RESTIC = `restic --quiet --password-command "echo of-the-repository" --repo s3:http://${GATE}`;
const PYTHON = ["python3", "program.py"];

/** Longer than the two minutes that botocore keeps a key which it thinks ends too soon. */
const BOTOCORE = { Lifetime: "4m", RenewEvery: "5s" };
/** Longer than the five minutes after which the AWS SDK for C++ looks again. */
const CPP = { Lifetime: "10m", RenewEvery: "5s" };
const PYTHON_TITLES = {
  s3fs: "aiobotocore (s3fs of Python)",
  pyarrow: "AWS SDK for C++ (pyarrow)",
  awscrt: "AWS common runtime (awscrt)",
  obstore: "object_store (obstore)",
};

export const CLIENTS: readonly Client[] = [
  {
    name: "boto3",
    title: "boto3",
    made: { folder: "boto3" },
    version: "python3 -c 'import boto3; print(boto3.__version__)'",
    runs: { program: PYTHON },
    rotation: BOTOCORE,
    isQuick: true,
  },
  {
    name: "aws-cli",
    title: "AWS CLI v1",
    made: { image: "rolemint-sample-app:latest" },
    version: "aws --version 2>&1 | sed 's,aws-cli/\\([^ ]*\\).*,\\1,'",
    runs: {
      commands: {
        identity: "aws sts get-caller-identity --query Arn --output text",
        list: `aws s3 ls s3://${BUCKET}/`,
        read: `aws s3 cp s3://${BUCKET}/hello.txt -`,
        write: `aws s3 cp /etc/hostname s3://${BUCKET}/new.txt`,
      },
    },
    isQuick: true,
  },
  {
    name: "js",
    title: "AWS SDK for JavaScript v3",
    made: { folder: "js" },
    version: "node -p 'require(\"@aws-sdk/client-s3/package.json\").version'",
    runs: { program: ["node", "program.mjs"] },
    isQuick: true,
  },
  {
    name: "go",
    title: "AWS SDK for Go v2",
    made: { folder: "go" },
    version: "echo version | program | head -1",
    runs: { program: ["program"] },
    isQuick: true,
  },
  {
    name: "s3fs",
    title: "s3fs (Debian)",
    made: { folder: "debian" },
    version: "dpkg-query --show s3fs | cut -f 2",
    runs: {
      process: `s3fs ${BUCKET} /mnt -f -o iam_role=auto,url=http://${GATE},use_path_request_style,endpoint=us-east-1`,
      commands: { list: "ls /mnt", read: "cat /mnt/hello.txt", write: "cp /etc/hostname /mnt/new.txt" },
    },
    // It sends Expect with its request for a token, is answered 417, and goes on without one.
    tokens: "optional",
    mounts: true,
    isQuick: true,
  },
  {
    name: "rclone",
    title: "rclone (Debian)",
    made: { folder: "debian" },
    version: "rclone version | sed -n '1s/rclone v//p'",
    runs: {
      process: "rclone rcd --rc-no-auth",
      commands: {
        list: `rclone rc operations/list fs=:s3:${BUCKET} remote=`,
        read: `rclone rc operations/copyfile srcFs=:s3:${BUCKET} srcRemote=hello.txt dstFs=/tmp dstRemote=a && cat /tmp/a`,
        write: `rclone rc operations/copyfile srcFs=/etc srcRemote=hostname dstFs=:s3:${BUCKET} dstRemote=new.txt`,
      },
    },
    environment: { RCLONE_S3_PROVIDER: "Other", RCLONE_S3_ENV_AUTH: "true", RCLONE_S3_ENDPOINT: `http://${GATE}` },
    isQuick: true,
  },
  {
    name: "restic",
    title: "restic (Debian)",
    made: { folder: "debian" },
    version: "restic version | cut -d ' ' -f 2",
    runs: {
      prepare: `${RESTIC}/backups init && echo Hello | ${RESTIC}/backups backup --stdin --stdin-filename hello.txt`,
      commands: {
        list: `${RESTIC}/backups ls latest`,
        read: `${RESTIC}/backups dump latest hello.txt`,
        write: `${RESTIC}/${BUCKET} init`,
      },
      long:
        "(head -c 20000000 /dev/urandom; sleep 45; head -c 20000000 /dev/urandom)" +
        ` | ${RESTIC}/backups backup --stdin --stdin-filename random`,
    },
    role: "backup",
    isQuick: true,
  },
  {
    name: "s3cmd",
    title: "s3cmd (Debian)",
    made: { folder: "debian" },
    version: "s3cmd --version | cut -d ' ' -f 3",
    runs: {
      commands: {
        list: `${S3CMD} ls s3://${BUCKET}/`,
        read: `${S3CMD} get --quiet --force s3://${BUCKET}/hello.txt /tmp/a && cat /tmp/a`,
        write: `${S3CMD} put /etc/hostname s3://${BUCKET}/new.txt`,
      },
    },
    isQuick: true,
  },
  {
    name: "ruby",
    title: "AWS SDK for Ruby (Debian)",
    made: { folder: "ruby" },
    version: "ruby -e 'require \"aws-sdk-s3\"; puts Aws::S3::GEM_VERSION'",
    runs: { program: ["ruby", "program.rb"] },
    isQuick: false,
  },
  ...(["s3fs", "pyarrow", "awscrt", "obstore"] as const).map((library) => ({
    name: `python-${library}`,
    title: PYTHON_TITLES[library],
    made: { folder: "python" },
    version: `echo version | python3 program.py ${library} | head -1`,
    runs: { program: [...PYTHON, library] },
    ...(library === "s3fs" && { rotation: BOTOCORE }),
    ...(library === "pyarrow" && { rotation: CPP }),
    isQuick: false,
  })),
  {
    name: "java",
    title: "AWS SDK for Java v2",
    made: { folder: "java" },
    version: "ls target/dependency | sed -n 's/^s3-\\(.*\\).jar/\\1/p'",
    runs: {
      program: ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", "target/*:target/dependency/*", "Program"],
    },
    isQuick: false,
  },
  {
    name: "rust",
    title: "AWS SDK for Rust",
    made: { folder: "rust" },
    version: "echo version | program | head -1",
    runs: { program: ["program"] },
    isQuick: false,
  },
];

/** Those that have no steps of S3, or not all: for the cases alone. */
export const OTHERS: readonly Client[] = [
  {
    name: "gdal",
    title: "GDAL (rasterio)",
    made: { folder: "python" },
    version: "echo version | python3 program.py gdal | head -1",
    runs: { program: [...PYTHON, "gdal"] },
    isQuick: false,
  },
  {
    name: "ohai",
    title: "ohai (Debian)",
    made: { folder: "ruby" },
    version: "ohai --version | cut -d ' ' -f 2",
    runs: { commands: { list: "ohai ec2", iam: "ohai ec2/iam" } },
    isQuick: false,
  },
  {
    name: "facter",
    title: "facter (Debian)",
    made: { folder: "ruby" },
    version: "facter --version",
    runs: { commands: { list: "facter ec2_metadata" } },
    isQuick: false,
  },
];

/** Of the apps network; a client is the instance of its address. */
export function addressOf(client: Client): string {
  return `169.254.11.${CLIENTS.indexOf(client) + 1}`;
}

export function imageOf({ made }: Client): string {
  return "image" in made ? made.image : `rolemint-test-client-${made.folder}:latest`;
}

export const quickClients = CLIENTS.filter(({ isQuick }) => isQuick);

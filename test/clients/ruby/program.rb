# What an application does with the SDK: answers each step that it reads from stdin, in one process and one client.
require "aws-sdk-s3"
require "aws-sdk-core"

$stdout.sync = true
# This release does not read AWS_ENDPOINT_URL.
ENDPOINT = { endpoint: ENV.fetch("AWS_ENDPOINT_URL") }
# A clock that is moved by libfaketime at a rate shortens by it what sockets wait with.
RATE = ENV.fetch("CLOCK_RATE", "1").to_f
PATIENCE = { instance_profile_credentials_timeout: RATE, http_open_timeout: 15 * RATE, http_read_timeout: 60 * RATE }
S3 = Aws::S3::Client.new(**ENDPOINT, **PATIENCE, force_path_style: true)

STEPS = {
  "identity" => -> { Aws::STS::Client.new(**ENDPOINT).get_caller_identity.arn },
  "list" => -> { S3.list_objects_v2(bucket: "demo").contents.map(&:key).join("\n") },
  "read" => -> { S3.get_object(bucket: "demo", key: "hello.txt").body.read },
  "write" => -> { S3.put_object(bucket: "demo", key: "new.txt", body: "new") && "written" },
  "ready" => -> { "ready" },
  "expiry" => -> { S3.config.credentials.expiration.utc.iso8601 },
}

while (line = gets)
  begin
    puts STEPS.fetch(line.chomp).call, "=ok"
  rescue Aws::Errors::ServiceError, RuntimeError, ArgumentError => e
    puts "#{e.class}: #{e.message}", "=failed"
  end
end

// A worker of the AWS SDK for JavaScript v3 that reads an object again and again, with the default chain, for so many
// hours of its own clock. It holds no key, and does not know that its clock runs fast. For each read it prints by how
// many seconds its clock is ahead of the server's.
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";

const [hours, everySeconds] = process.argv.slice(2).map(Number);
const s3 = new S3Client();
let date;
s3.middlewareStack.add(
  (next) => async (given) => {
    const result = await next(given);
    date = Date.parse(result.response.headers.date);
    return result;
  },
  { step: "deserialize", priority: "low" },
);

const end = Date.now() + hours * 3_600_000;
while (Date.now() < end) {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "demo", Key: "hello.txt" }));
  await Body.transformToString();
  console.log((Date.now() - date) / 1000);
  // Timers go by the monotonic clock, which is not moved.
  await new Promise((done) => setTimeout(done, everySeconds * 1000));
}

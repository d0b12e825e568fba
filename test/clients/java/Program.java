// What an application does with the SDK: answers each step that it reads from stdin, in one process and one client.
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sts.StsClient;

public final class Program {
    public static void main(String[] arguments) throws IOException {
        S3Client s3 = S3Client.create();
        Map<String, Callable<String>> steps = Map.of(
            "identity", () -> StsClient.create().getCallerIdentity().arn(),
            "list", () -> s3.listObjectsV2(request -> request.bucket("demo")).contents().stream()
                .map(S3Object::key).collect(Collectors.joining("\n")),
            "read", () -> s3.getObjectAsBytes(request -> request.bucket("demo").key("hello.txt")).asUtf8String(),
            "write", () -> {
                s3.putObject(request -> request.bucket("demo").key("new.txt"), RequestBody.fromString("new"));
                return "written";
            });
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            try {
                System.out.println(steps.get(line).call() + "\n=ok");
            } catch (SdkException problem) {
                System.out.println(problem.getClass().getSimpleName() + ": " + problem.getMessage() + "\n=failed");
            } catch (Exception problem) {
                System.out.println(problem + "\n=failed");
            }
        }
    }
}

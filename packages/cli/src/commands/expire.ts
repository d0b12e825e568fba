// `rolemint expire`: keys refused as expired from now on, whatever their expiry says.
import { type OutputFlags, outputFor, visible } from "../output.ts";
import { callControl, findRunning, listedInstance, type WhereFlags } from "../running.ts";

export async function expire(whose: string, flags: WhereFlags & OutputFlags): Promise<void> {
  const ready = findRunning(flags);
  const isKey = /^A[A-Z]{3}[A-Z2-7]{16}$/.test(whose);
  const input = isKey ? { AccessKeyId: whose } : { Instance: (await listedInstance(ready, whose)).InstanceId };
  const { AccessKeyIds } = await callControl<{ AccessKeyIds: string[] }>(ready, "ExpireCredentials", input);
  const output = outputFor(flags);
  output.result(AccessKeyIds.join("\n"), { version: 1, accessKeyIds: AccessKeyIds });
  if (isKey) return;
  const name = visible(whose);
  if (AccessKeyIds.length === 0) output.text(`${name} has no key that is still good`);
  else
    output.text(`expired; the metadata goes on showing them until the next rotation, or \`rolemint rotate ${name}\``);
}

// `rolemint rotate`: an instance's next credentials, issued now.
import { type OutputFlags, outputFor, visible } from "../output.ts";
import { callControl, findRunning, listedInstance, type WhereFlags } from "../running.ts";

interface Rotated {
  readonly Generation: number;
  readonly AccessKeyId: string;
  readonly Expiration: string;
}

export async function rotate(named: string | undefined, flags: WhereFlags & OutputFlags): Promise<void> {
  const ready = findRunning(flags);
  const { Name, InstanceId } = await listedInstance(ready, named);
  const answer = await callControl<Rotated>(ready, "RotateCredentials", { Instance: InstanceId });
  const { Generation: generation, AccessKeyId: accessKeyId, Expiration: expiration } = answer;
  const text = `${visible(Name)}: generation ${generation}, ${accessKeyId}, expires ${expiration}`;
  outputFor(flags).result(text, { version: 1, instance: Name, generation, accessKeyId, expiration });
}

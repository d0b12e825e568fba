// Golden exchanges with the control plane: one readable file each. The first line says where the answer is known from;
// then stand the calls that went before, the request, and the answer. The calls are made anew on a plane whose time and
// randomness are fixed, and the file must come out as it is, byte for byte.
//
//   documented: https://docs.aws.amazon.com/…
//
//   given user alice {"Version":"2012-10-17","Statement":[…]}     a user with this policy, and its key
//   given ec2 RunInstances                                        a call that must succeed
//     MinCount = 1
//   given wait 3600                                               seconds
//
//   request ec2 TerminateInstances as alice                       as root where nobody is named; as session after AssumeRole
//     InstanceId.1 = {instanceId}                                 the text of that element in an earlier answer
//
//   answer 200
//   …
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTestPlane, type Signer, type TestPlane } from "./plane.ts";

/** `GOLDEN=write` writes the answers of all files anew. */
const isWriting = process.env.GOLDEN === "write";

export interface Golden {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

/** The files of a folder, their names without `.txt`. */
export function goldensIn(folder: string): Golden[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  return names.sort().map((name) => {
    const file = join(folder, name);
    return { name: name.slice(0, -".txt".length), file, text: readFileSync(file, "utf8") };
  });
}

/** The file as it should be: what it says up to the answer, and the answer that the plane gives. */
export async function played({ file, text }: Golden): Promise<string> {
  const script = `${text.split(/^answer \d+\n/m)[0]!.trimEnd()}\n`;
  const stage = openStage();
  try {
    for (const step of stepsOf(script)) await stage.play(step);
    const whole = `${script}\n${stage.answer()}`;
    if (isWriting) writeFileSync(file, whole);
    return whole;
  } finally {
    stage.close();
  }
}

interface Step {
  readonly words: readonly string[];
  readonly parameters: readonly (readonly [string, string])[];
}

function stepsOf(script: string): Step[] {
  const steps: { words: string[]; parameters: [string, string][] }[] = [];
  for (const line of script.split("\n").slice(1)) {
    const parameter = /^ {2}(\S+) = (.*)$/.exec(line);
    if (parameter) steps.at(-1)!.parameters.push([parameter[1]!, parameter[2]!]);
    else if (/^(?:given|request) /.test(line)) steps.push({ words: line.split(" "), parameters: [] });
    else if (line !== "") throw new Error(`not a line of a golden: ${line}`);
  }
  return steps;
}

type Answered = Awaited<ReturnType<TestPlane["send"]>>;

function openStage() {
  const plane = openTestPlane();
  const signers = new Map<string, Signer>([["root", plane.root]]);
  const seen: string[] = [];
  let last: Answered | undefined;

  async function call({ words, parameters }: Step): Promise<Answered> {
    const [, service, action, , who = "root"] = words as [string, "iam" | "sts" | "ec2" | "cloudtrail", string];
    const signer = signers.get(who as string);
    if (!signer) throw new Error(`nobody is called ${who}`);
    const given = parameters.map(([name, value]) => [name, filled(value, seen)] as const);
    if (service === "cloudtrail") {
      const input = Object.fromEntries(given.map(([name, value]) => [name, JSON.parse(value) as unknown]));
      return plane.trail(action, input, signer);
    }
    return plane.query(service, { Action: action, ...Object.fromEntries(given) }, signer);
  }

  return {
    async play(step: Step): Promise<void> {
      const [kind, what, ...rest] = step.words;
      if (what === "user") {
        signers.set(rest[0]!, plane.userWith(rest[0]!, JSON.parse(rest.slice(1).join(" ")) as object));
      } else if (what === "wait") {
        plane.pass(Number(rest[0]) * 1000);
      } else {
        last = await call(step);
        if (kind === "given" && last.status !== 200) throw new Error(`${step.words.join(" ")} failed: ${last.body}`);
        seen.push(last.body);
        if (rest[0] === "AssumeRole" && last.status === 200) signers.set("session", sessionIn(last.body));
      }
    },
    answer(): string {
      const { status, contentType, requestId, body } = last!;
      const head = `  content-type: ${contentType}\n  x-amzn-requestid: ${requestId}`;
      return `answer ${status}\n${head}\n\n${asExample(body).trimEnd()}\n`;
    },
    close: () => plane.close(),
  };
}

/** Key ids and secrets end in EXAMPLE, so that nobody takes them for live ones. */
function asExample(body: string): string {
  return body
    .replace(/\b((?:AKIA|ASIA)[A-Z2-7]{9})[A-Z2-7]{7}\b/g, "$1EXAMPLE")
    .replace(/(<SecretAccessKey>.{30}).{10}</g, "$1EXAMPLEKEY<");
}

/** `{instanceId}` stands for the text of the last element of that name that an answer brought. */
function filled(value: string, seen: readonly string[]): string {
  return value.replace(/\{([A-Za-z]+)\}/g, (whole, name: string) => {
    const found = [...seen.join("").matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].at(-1);
    return found?.[1] ?? whole;
  });
}

function sessionIn(body: string): Signer {
  const text = (name: string) => filled(`{${name}}`, [body]);
  return {
    accessKeyId: text("AccessKeyId"),
    secretAccessKey: text("SecretAccessKey"),
    sessionToken: text("SessionToken"),
  };
}

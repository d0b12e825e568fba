// Sees to it that the daemon has the base images that Dockerfiles name: the public ones where a registry answers, else
// our stand-ins for them. One that is there is taken as it is, unless it is a stand-in made of something else by now.
import { composeBuild, labelOf } from "./compose-build.ts";
import { say, tryRun } from "./run.ts";
import { bootstrap, contentsOf, STAND_IN, STAND_INS } from "./stand-ins.ts";

/** Names without a stand-in are left to the builder, which pulls them itself. */
export function ensureBaseImages(names: readonly string[], env: NodeJS.ProcessEnv): void {
  let isRegistryThere = true;
  const ensure = (name: string): void => {
    const standIn = STAND_INS[name];
    if (standIn === undefined) return;
    const label = labelOf(name, STAND_IN, env);
    if (label === "" || (label !== undefined && label === contentsOf(standIn))) return;
    // One refusal is enough: it takes long where packets are dropped.
    isRegistryThere &&= tryRun("docker", ["pull", "--quiet", name], { env }) !== undefined;
    if (isRegistryThere) return;
    say(`no registry has ${name} for us: making a stand-in`);
    const contents = contentsOf(standIn);
    if (standIn.kind === "bootstrapped") return bootstrap(name, standIn, contents, env);
    ensure(standIn.from);
    const dockerfile = [`FROM ${standIn.from}`, ...standIn.lines, ""].join("\n");
    composeBuild([{ tag: name, context: standIn.context(), dockerfile, labels: { [STAND_IN]: contents } }], env);
  };
  for (const name of new Set(names)) ensure(name);
}

/** Whether the image of that name is ours, which tells that no registry was there. */
export function isStandIn(name: string, env: NodeJS.ProcessEnv): boolean {
  return (labelOf(name, STAND_IN, env) ?? "") !== "";
}

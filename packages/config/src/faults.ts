// The faults of a file: what is wrong with them, and what they are once nothing is. Which faults there are and what
// they take is the world's to say.
import { parseDuration } from "@rolemint/host/duration";
import { checkParameters, type Description, describedFaults, descriptionOf, presets } from "@rolemint/world";
import type { Report } from "./check.ts";
import type { FaultConfig } from "./config.ts";
import { entriesOf, isMapping, itemsOf, namesOf, textAt, valueAt } from "./draft.ts";
import { isBeginning, parameterNamed, TRIGGER_FORMS, triggerOf } from "./fault-trigger.ts";
import { suggestion } from "./nearest.ts";
import { type Path, quote } from "./problem.ts";
import type { Settings } from "./schema.ts";

/** What only a fault by itself takes: a preset says it of its own. */
const OF_FAULTS = ["when", "probability", "times", "seed"];

export function checkFaults(world: unknown, report: Report): void {
  for (const [index, entry] of itemsOf(valueAt(world, "faults")).entries()) {
    if (isMapping(entry)) checkFault(world, entry, ["faults", index], report);
  }
}

function checkFault(world: unknown, entry: Readonly<Record<string, unknown>>, path: Path, report: Report): void {
  const [name, preset] = [textAt(entry, "name"), textAt(entry, "preset")];
  if (valueAt(entry, "name") === undefined && valueAt(entry, "preset") === undefined) {
    report(path, "must have a name or a preset");
  }
  if (name !== undefined && preset !== undefined) report([...path, "preset"], "and name exclude each other", "key");
  for (const key of preset === undefined ? [] : OF_FAULTS) {
    if (valueAt(entry, key) !== undefined) report([...path, key], "has no effect with a preset", "key");
  }
  const kinds = kindsOf(name, preset);
  if (kinds) checkParametersOf(entry, kinds, [...path, "parameters"], report);
  else if (name !== undefined) reportName("fault", name, faultNames(), [...path, "name"], report);
  else if (preset !== undefined) reportName("preset", preset, presetNames(), [...path, "preset"], report);
  checkTarget(world, entry, path, report);
  checkTrigger(entry, [...path, "when"], report);
}

const faultNames = () => describedFaults().map((kind) => kind.name);
const presetNames = () => presets().map(([name]) => name);

function reportName(what: string, name: string, names: readonly string[], path: Path, report: Report): void {
  const hint = suggestion(name, names) || `; \`rolemint fault ${what === "fault" ? "ls --all" : what}\` lists them`;
  report(path, `names the ${what} ${quote(name)}, which there is not${hint}`);
}

/** What it puts; undefined when there is none of that name. */
function kindsOf(name: string | undefined, preset: string | undefined): Description[] | undefined {
  if (name !== undefined) {
    const kind = descriptionOf(name);
    return kind && [kind];
  }
  const steps = new Map(presets()).get(preset ?? "")?.steps;
  return steps?.flatMap((step) => (step.do === "fault" ? (descriptionOf(step.name) ?? []) : []));
}

function parameterNames(kinds: readonly Description[]): string[] {
  return kinds.flatMap(({ parameters }) => Object.keys(parameters));
}

function checkParametersOf(entry: unknown, kinds: readonly Description[], path: Path, report: Report): void {
  const names = parameterNames(kinds);
  const seen = new Map<string, string>();
  const given = entriesOf(valueAt(entry, "parameters"));
  for (const { name: fault, parameters } of kinds) {
    for (const [name, parameter] of Object.entries(parameters)) {
      const isNeeded = parameter.type === "text" && parameter.isNeeded === true;
      if (isNeeded && !given.some(([key]) => parameterNamed([name], key)))
        report(path, `must say ${asKey(name)}, which ${fault} needs: ${parameter.says}`);
    }
  }
  for (const [key, value] of given) {
    const name = parameterNamed(names, key);
    if (name === undefined) {
      const spelled = names.map(asKey);
      const hint =
        suggestion(key, spelled) || `; there ${spelled.length > 0 ? `are ${spelled.join(", ")}` : "is none"}`;
      report([...path, key], `is no parameter of this${hint}`, "key");
      continue;
    }
    const other = seen.get(name);
    if (other !== undefined) report([...path, key], `is the same parameter as ${other}`, "key");
    seen.set(name, key);
    for (const { parameters } of kinds.filter((kind) => Object.hasOwn(kind.parameters, name))) {
      const checked = checkParameters({ [name]: parameters[name]! }, { [name]: value });
      if ("wrong" in checked) report([...path, key], checked.wrong.replace(`${name} `, ""));
    }
  }
}

/** `FirstByte` as it is spelled among a file's keys. */
function asKey(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function checkTarget(world: unknown, entry: unknown, path: Path, report: Report): void {
  const instances = namesOf(valueAt(world, "instances"));
  const roles = namesOf(valueAt(world, "roles"));
  const target = textAt(entry, "target");
  if (target === undefined) {
    if (valueAt(entry, "target") !== undefined || instances.length === 1) return;
    return report(path, "must say its target, an instance, role:NAME or all, as there is not just one instance");
  }
  const role = target.startsWith("role:") ? target.slice("role:".length) : undefined;
  if (target === "all" || (role === undefined ? instances : roles).includes(role ?? target)) return;
  const [what, names] = role === undefined ? ["instance", instances] : ["role", roles];
  const hint = suggestion(role ?? target, names);
  report([...path, "target"], `names the ${what} ${quote(role ?? target)}, which is not in ${what}s${hint}`);
}

function whensOf(when: unknown): string[] {
  const texts = typeof when === "string" ? [when] : itemsOf(when);
  return texts.filter((text) => typeof text === "string");
}

function checkTrigger(entry: unknown, path: Path, report: Report): void {
  const trigger = triggerOf(whensOf(valueAt(entry, "when")));
  if ("wrong" in trigger) {
    const { wrong, isTwice } = trigger;
    report(path, isTwice ? `says the same twice: ${quote(wrong)}` : `must be ${TRIGGER_FORMS}, found ${quote(wrong)}`);
  } else if (trigger.At !== undefined && !isBeginning(trigger.At)) {
    report(path, `must be a time such as 2026-11-22T05:30:00Z, and ${quote(trigger.At)} never was or will be`);
  } else if (trigger.Path !== undefined) {
    const wrong = patternProblem(trigger.Path);
    if (wrong !== undefined) report(path, wrong);
  }
}

/** As PutFault has it. */
const MAX_PATTERN = 200;

function patternProblem(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN) return `must be a regular expression of at most ${MAX_PATTERN} characters`;
  try {
    new RegExp(pattern);
    return undefined;
  } catch (error) {
    return `must be a regular expression: ${(error as Error).message}`;
  }
}

/** The faults of settings that have passed every check. */
export function faultsOf({ faults, instances }: Settings): FaultConfig[] {
  const [only = "all"] = Object.keys(instances);
  return faults.map(({ name, preset, target = only, when, for: lasts, probability, times, seed, parameters }) => {
    const names = parameterNames(kindsOf(name, preset)!);
    const trigger = triggerOf(whensOf(when));
    if ("wrong" in trigger) throw new Error(`a trigger that was not checked: ${trigger.wrong}`);
    const { At, AtLifetime, FromRefresh, Nth, Path: pattern } = trigger;
    return {
      ...(name !== undefined && { name }),
      ...(preset !== undefined && { preset }),
      target,
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([key, value]) => [parameterNamed(names, key)!, value]),
      ),
      ...(At !== undefined && { at: At }),
      ...(AtLifetime !== undefined && { atLifetime: AtLifetime }),
      ...(FromRefresh && { fromRefresh: true as const }),
      ...(Nth !== undefined && { nth: Nth }),
      ...(pattern !== undefined && { path: pattern }),
      ...(lasts !== undefined && { for: parseDuration(lasts)! }),
      ...(probability !== undefined && { probability }),
      ...(times !== undefined && { times }),
      ...(seed !== undefined && { seed }),
    };
  });
}

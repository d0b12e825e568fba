import { wantedOf } from "@rolemint/faults";
import { formatDuration } from "@rolemint/host";
import { boolean, described, list, oneOf, required, string, struct } from "@rolemint/wire";
import { describedFaults, presets } from "@rolemint/world";
import { controlAction } from "./action.ts";
import { FaultView, faultView } from "./faults.ts";

const KindView = struct({
  Name: required(string()),
  Row: required(described(string(), "of the catalogue in docs/guides/faults.md")),
  Says: required(string()),
  Acts: required(oneOf("requests", "while", "once")),
  Parameters: required(
    list(
      struct({
        Name: required(string()),
        Says: required(string()),
        Wanted: required(string()),
        Default: string(),
        Needed: boolean(),
      }),
    ),
  ),
});

const PresetView = struct({
  Name: required(string()),
  Replays: required(described(string(), "the incident")),
  GoodClient: required(described(string(), "what a client does that is good at it")),
  Faults: required(list(string())),
});

export const ListFaults = controlAction({
  name: "ListFaults",
  says: "The faults under way and to come; with All also every fault that there is, with its parameters, and every preset.",
  input: struct({ All: boolean() }),
  output: struct({ Faults: required(list(FaultView)), Kinds: list(KindView), Presets: list(PresetView) }),
  async handle({ All }, { world, flushEvents }) {
    await flushEvents();
    const Faults = world.faults.list().map((fault) => faultView(world, fault));
    if (!All) return { Faults };
    return { Faults, Kinds: describedFaults().map(kindView), Presets: presets().map(presetView) };
  },
});

function kindView({ name, row, says, acts, parameters }: ReturnType<typeof describedFaults>[number]) {
  const Parameters = Object.entries(parameters).map(([Name, parameter]) => ({
    Name,
    Says: parameter.says,
    Wanted: wantedOf(parameter),
    ...(parameter.fallback !== undefined && { Default: defaultText(parameter) }),
    ...(parameter.type === "text" && parameter.isNeeded && { Needed: true }),
  }));
  return { Name: name, Row: row, Says: says, Acts: acts, Parameters };
}

function presetView([Name, { replays, goodClient, steps }]: ReturnType<typeof presets>[number]) {
  const Faults = steps.flatMap((step) => (step.do === "fault" ? [step.name] : []));
  return { Name, Replays: replays, GoodClient: goodClient, Faults };
}

function defaultText(parameter: ReturnType<typeof describedFaults>[number]["parameters"][string]): string {
  const { type, fallback } = parameter;
  return type === "duration" ? formatDuration(fallback!) : String(fallback);
}

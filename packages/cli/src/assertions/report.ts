// What came of assertions, for others to read: JUnit XML, as CI systems take it, and Markdown for a job's summary.
// The XML keeps to both schemas in use, Jenkins's and the older one of Ant: every attribute that either asks for.

export interface Judged {
  readonly expression: string;
  readonly instance: string | undefined;
  readonly pass: boolean;
  readonly reason: string;
  /** The reason, and the timeline. */
  readonly message: string;
}

/** `at` is when it was judged, ISO 8601; `host` the machine; `seconds` how long it took. */
export interface Run {
  readonly at: string;
  readonly host: string;
  readonly seconds: number;
}

export function junitText(judged: readonly Judged[], { at, host, seconds }: Run): string {
  const failed = judged.filter(({ pass }) => !pass).length;
  const counts = `tests="${judged.length}" failures="${failed}" errors="0" time="${seconds.toFixed(3)}"`;
  const suite = `id="0" package="rolemint" name="rolemint assert" hostname="${xml(host)}" timestamp="${at.slice(0, 19)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite ${suite} ${counts}>`,
    "    <properties></properties>",
    ...judged.flatMap((one) => testcase(one, seconds / judged.length)),
    "    <system-out></system-out>",
    "    <system-err></system-err>",
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testcase({ expression, instance, pass, reason, message }: Judged, seconds: number): string[] {
  const classname = instance === undefined ? "rolemint" : `rolemint.${instance}`;
  const open = `    <testcase name="${xml(expression)}" classname="${xml(classname)}" time="${seconds.toFixed(3)}"`;
  if (pass) return [`${open}></testcase>`];
  return [
    `${open}>`,
    `      <failure message="${xml(reason)}" type="assertion">${xml(message)}</failure>`,
    "    </testcase>",
  ];
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Characters that XML cannot hold are shown as a dot. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "·")
    .replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}

export function markdownText(judged: readonly Judged[]): string {
  const failed = judged.filter(({ pass }) => !pass);
  const title = failed.length === 0 ? `${judged.length} passed` : `${failed.length} of ${judged.length} failed`;
  const rows = judged.map(
    ({ expression, pass, reason }) => `| ${pass ? "passed" : "**failed**"} | ${cell(expression)} | ${cell(reason)} |`,
  );
  return [
    `### rolemint assert: ${title}`,
    "",
    "| | expression | why |",
    "|---|---|---|",
    ...rows,
    "",
    ...failed.flatMap(({ expression, message }) => [
      `<details><summary>${html(expression)}</summary>`,
      "",
      "~~~text",
      message.replaceAll("~~~", "· ~~"),
      "~~~",
      "",
      "</details>",
      "",
    ]),
  ].join("\n");
}

function html(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}

/** Nothing in a cell ends it, or is taken for markup. */
function cell(text: string): string {
  return html(text)
    .replace(/[\\`*_|[\]~]/g, "\\$&")
    .replace(/\s+/g, " ");
}

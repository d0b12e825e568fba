// An expression of `rolemint assert`: whose events, and what is expected of them. The words are those of the test kits.
import { suggestion } from "@rolemint/config/nearest";
import {
  type Expectation,
  hasCalledMetadata,
  hasNoExpiredCalls,
  hasRefreshed,
  hasUsedGeneration,
  isAssumedRole,
  noRefusals,
  recoversWithin,
} from "@rolemint/expectations";

export interface Assertion {
  readonly text: string;
  /** As it was named; absent: whatever the command is about. */
  readonly instance: string | undefined;
  /** Whether it can be asked of all instances together. */
  readonly isForAll: boolean;
  readonly expectation: Expectation;
}

interface Form {
  readonly says: string;
  /** What stands after the verb; the first of the words is that after it. Throws TypeError for a wrong argument. */
  readonly make: (words: readonly string[]) => Expectation | undefined;
  readonly isForAll?: true;
}

const FORMS: Readonly<Record<string, Form>> = {
  refreshed: {
    says: "refreshed within DURATION",
    make: ([within, duration, ...rest]) =>
      within === "within" && isAlone(duration, rest) ? hasRefreshed({ within: duration }) : undefined,
  },
  "no-expired-calls": {
    says: "no-expired-calls",
    make: (words) => (words.length === 0 ? hasNoExpiredCalls : undefined),
    isForAll: true,
  },
  "used-generation": {
    says: "used-generation NUMBER",
    make: ([number, ...rest]) => (isAlone(number, rest) ? hasUsedGeneration(numberIn(number)) : undefined),
  },
  "metadata-calls": {
    says: "metadata-calls [min NUMBER] [max NUMBER]",
    make: metadataCalls,
  },
  "assumed-role": {
    says: "assumed-role ARN",
    make: ([arn, ...rest]) => (isAlone(arn, rest) ? isAssumedRole(arn) : undefined),
  },
  recovers: {
    says: "recovers within DURATION",
    make: ([within, duration, ...rest]) =>
      within === "within" && isAlone(duration, rest) ? recoversWithin(duration) : undefined,
  },
  "no-refusals": {
    says: "no-refusals",
    make: (words) => (words.length === 0 ? noRefusals : undefined),
    isForAll: true,
  },
};

/** An assertion, or what is wrong with the text and what was probably meant. */
export function readExpression(text: string): Assertion | { readonly problem: string } {
  const words = text.trim().split(/\s+/);
  const [first = "", second] = words;
  // A verb where an instance may stand is the verb, unless another one follows it.
  const isNamed = !Object.hasOwn(FORMS, first) || (second !== undefined && Object.hasOwn(FORMS, second));
  const [instance, verb, rest] = isNamed ? [first, second, words.slice(2)] : [undefined, first, words.slice(1)];
  const wrong = (why: string) => ({ problem: `"${text}" is no expression: ${why}` });
  if (verb === undefined || !Object.hasOwn(FORMS, verb)) return wrong(unknownVerb(words));
  const { says, make, isForAll = false } = FORMS[verb]!;
  try {
    const expectation = make(rest);
    if (!expectation) return wrong(`write ${instance === undefined ? "" : `${instance} `}${says}`);
    return { text: words.join(" "), instance, isForAll, expectation };
  } catch (error) {
    if (error instanceof TypeError) return wrong(error.message);
    throw error;
  }
}

/** The likely verb is the second word, behind an instance; of a lone word it is that. */
function unknownVerb(words: readonly string[]): string {
  const verbs = Object.keys(FORMS);
  const guesses = [words[1], words[0]].filter((word) => word !== undefined && word !== "");
  for (const word of guesses) {
    const guess = suggestion(word!, verbs);
    if (guess !== "") return `there is no ${word}${guess}`;
  }
  const forms = Object.values(FORMS).map(({ says }) => says);
  return `after an instance's name, or without one, stands one of: ${forms.join("; ")}`;
}

function isAlone(word: string | undefined, rest: readonly string[]): word is string {
  return word !== undefined && rest.length === 0;
}

function metadataCalls(words: readonly string[]): Expectation | undefined {
  const bounds: { max?: number; min?: number } = {};
  for (let index = 0; index < words.length; index += 2) {
    const [name, number] = [words[index]!, words[index + 1]];
    if ((name !== "max" && name !== "min") || number === undefined || name in bounds) return undefined;
    bounds[name] = numberIn(number);
  }
  return words.length === 0 ? undefined : hasCalledMetadata(bounds);
}

function numberIn(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new TypeError(`"${text}" is no whole number that could be counted to`);
}

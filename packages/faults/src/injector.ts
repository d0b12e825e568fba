// Decides, request by request, which faults act: whom they are for, since when, at which request, with what chance and
// how often. Everything is counted for each instance apart, so that it repeats exactly whatever others do.
import type { ActiveFault, EventRecord } from "@rolemint/authority";
import { draw } from "./chance.ts";
import type { AskedCall, AskedMetadata, CallDeed, Memory, MetadataDeed, RequestKind, Run } from "./kind.ts";
import { REQUEST_KINDS } from "./kinds/index.ts";
import type { Values } from "./parameters.ts";
import { compilePath, type PathPattern } from "./path-pattern.ts";
import { isMeant, type Subject } from "./target.ts";

export interface Injector {
  /** Whether nothing is to be looked for: the one question that every request pays for. */
  isIdle(): boolean;
  /**
   * In the order of the faults. Chance is drawn by the instance's name, `name`: its id is another one in the next run.
   */
  metadata(asked: AskedMetadata, name: string): MetadataDeed[];
  call(asked: AskedCall, requestId: string): CallDeed[];
}

/** Where the faults come from: an authority. The same list, as an object, until it moves. */
export interface ActiveFaults {
  faults(): readonly ActiveFault[];
}

interface Compiled {
  readonly fault: ActiveFault;
  readonly kind: RequestKind;
  readonly given: Values<never>;
  readonly path: PathPattern | undefined;
  readonly probability: number;
  /** By instance id, or by role for sessions that are no instance's. */
  readonly books: Map<string, Book>;
  readonly shared: Memory;
}

interface Book {
  occasions: number;
  acted: number;
  drawn: number;
  isRefreshed: boolean;
  readonly memory: Memory;
}

/** `record` takes the event of each time that a fault acts. */
export function openInjector(source: ActiveFaults, record: (event: EventRecord) => void): Injector {
  let known: readonly ActiveFault[] = [];
  let compiled: readonly Compiled[] = [];

  function current(): readonly Compiled[] {
    const faults = source.faults();
    if (faults !== known) {
      // What was counted of a fault goes on, also when others come and go.
      const before = new Map(compiled.map((one) => [one.fault.Id, one]));
      compiled = faults.flatMap((fault) => compile(fault, before.get(fault.Id)) ?? []);
      known = faults;
    }
    return compiled;
  }

  function isOnPath(one: Compiled, occasion: Occasion): boolean {
    const found = one.path?.search(occasion.path) ?? "yes";
    if (found === "too-slow") {
      const Message = `takes too long to look for ${one.fault.Path} in a path, and acts no more`;
      record({ ...eventOf(one, occasion), Code: "gave-up", Message });
    }
    return found === "yes";
  }

  /** The deeds of those that take the occasion; `facts` are what their events say of it. */
  function met<Deed>(
    hook: "metadata" | "call",
    occasion: Occasion,
    facts: Partial<EventRecord>,
    ask: (one: Compiled, book: Book) => Deed | undefined,
  ): Deed[] {
    return current().flatMap((one) => {
      if (!one.kind[hook] || !isUnderWay(one, occasion) || !isOnPath(one, occasion)) return [];
      const book = bookOf(one, occasion);
      const deed = isBegun(one, book, occasion) ? ask(one, book) : undefined;
      if (deed === undefined || !acts(one, book, occasion)) return [];
      record({ ...eventOf(one, occasion), Path: occasion.path, ...facts });
      return [deed];
    });
  }

  return {
    isIdle: () => source.faults().length === 0,
    metadata(asked, name) {
      const { view, now, path, step } = asked;
      const subject = { instanceId: view.InstanceId, role: view.Profile?.RoleName };
      const occasion = { key: view.InstanceId, name, subject, now, path, isRefresh: step === "credentials" };
      return met("metadata", occasion, {}, (one, book) =>
        one.kind.metadata?.(asked, one.given, book.memory, runOf(one, book, name)),
      );
    },
    call(asked, requestId) {
      const { principal, now, path } = asked;
      const subject = { instanceId: principal.InstanceId, role: principal.RoleName };
      const key = principal.InstanceId ?? `role ${principal.RoleName}`;
      const occasion = { key, name: principal.InstanceName ?? key, subject, now, path, isRefresh: false };
      const facts = { Service: asked.service, RequestId: requestId, AccessKeyId: principal.AccessKeyId };
      return met("call", occasion, facts, (one, book) => one.kind.call?.(asked, one.given, book.memory));
    },
  };
}

interface Occasion {
  /** What is counted apart. */
  readonly key: string;
  readonly name: string;
  readonly subject: Subject;
  readonly now: number;
  readonly path: string;
  readonly isRefresh: boolean;
}

function compile(fault: ActiveFault, before: Compiled | undefined): Compiled | undefined {
  const kind = REQUEST_KINDS.get(fault.Name);
  if (!kind) return undefined;
  return {
    fault,
    kind,
    given: JSON.parse(fault.Parameters) as Values<never>,
    path: before?.path ?? (fault.Path === undefined ? undefined : compilePath(fault.Path)),
    probability: Number(fault.Probability),
    books: before?.books ?? new Map(fault.Acted.map(({ Instance, Times }) => [Instance, newBook(Times)])),
    shared: before?.shared ?? {},
  };
}

function newBook(acted = 0): Book {
  return { occasions: 0, acted, drawn: 0, isRefreshed: false, memory: {} };
}

function bookOf({ books }: Compiled, { key }: Occasion): Book {
  let book = books.get(key);
  if (!book) {
    book = newBook();
    books.set(key, book);
  }
  return book;
}

function isUnderWay({ fault }: Compiled, { now, subject }: Occasion): boolean {
  return now >= fault.Begins && now < fault.Ends && isMeant(fault.Target, subject);
}

/** Whether it has not to wait for a refresh, or this is one. Nothing before that is counted or remembered. */
function isBegun({ fault }: Compiled, book: Book, { isRefresh }: Occasion): boolean {
  if (isRefresh) book.isRefreshed = true;
  return !fault.FromRefresh || book.isRefreshed;
}

function runOf({ fault, shared }: Compiled, book: Book, name: string): Run {
  return { shared, chance: () => draw(fault.Seed, fault.Name, name, "run", ++book.drawn) };
}

/** Counts the occasion, and says whether the fault takes it. */
function acts({ fault, probability }: Compiled, book: Book, { name }: Occasion): boolean {
  book.occasions++;
  if (fault.Nth !== undefined && book.occasions < fault.Nth) return false;
  if (fault.Times !== undefined && book.acted >= fault.Times) return false;
  if (probability < 1 && draw(fault.Seed, fault.Name, name, book.occasions) >= probability) return false;
  book.acted++;
  return true;
}

function eventOf({ fault }: Compiled, { now, subject }: Occasion): EventRecord {
  return {
    Time: now,
    Kind: "fault",
    Instance: subject.instanceId,
    Action: fault.Name,
    Resource: fault.Id,
    Code: "acted",
  };
}

// The tests that every client has to pass. All clients run side by side, since some of them keep a key for minutes.
import { beforeAll, describe, expect, test } from "@jest/globals";
import { BUCKET, type Client } from "./clients.ts";
import { examine, type Findings } from "./examine.ts";
import { type Lab, type More, startLab } from "./lab.ts";

const REFUSED_RESOURCE = new RegExp(`^arn:aws:s3:::${BUCKET}(?:$|/)`);
const LIMIT_MS = 450_000;
const BUILD_LIMIT_MS = 1_800_000;

/** `tell` is handed the lab when it runs, and what was found of each client; its `more` is for the lab's world. */
export function describeClients(
  clients: readonly Client[],
  tell: { more?: More; lab?(lab: Lab): void; found?(client: Client, findings: Findings): void } = {},
): void {
  const examined = new Map<Client, Promise<Findings>>();
  beforeAll(async () => {
    const lab = await startLab(clients, tell.more);
    tell.lab?.(lab);
    for (const client of clients) {
      const findings = examine(lab, client);
      // A failure is told by the tests that await it.
      findings.catch(() => {});
      examined.set(client, findings);
    }
  }, BUILD_LIMIT_MS);

  describe.each(clients)("$title", (client) => {
    let found: Findings;
    beforeAll(async () => {
      found = await examined.get(client)!;
      tell.found?.(client, found);
    }, LIMIT_MS);

    test("is its instance, with no key in its environment", () => {
      expect(found.environment).not.toMatch(/ACCESS_KEY|SECRET|TOKEN|PROFILE|CREDENTIAL/);
      const arn = `arn:aws:sts::111122223333:assumed-role/reader/${found.instanceId}`;
      if (found.identity) expect(found.identity).toEqual({ isOk: true, text: arn });
      expect(found.calls).not.toHaveLength(0);
      expect(found.calls.every(({ AccessKeyId }) => AccessKeyId?.startsWith("ASIA"))).toBe(true);
    });

    test("lists, reads, and is refused a write", () => {
      if (found.list) expect(found.list).toEqual({ isOk: true, text: expect.stringContaining("hello.txt") });
      expect(found.read).toEqual({ isOk: true, text: expect.stringContaining("Hello") });
      expect(found.write?.isOk).toBe(false);
      const refused = found.calls.filter(({ Code }) => Code === "AccessDenied");
      expect(refused.length).toBeGreaterThan(0);
      for (const { Status, Resource } of refused) {
        expect([Status, Resource]).toEqual([403, expect.stringMatching(REFUSED_RESOURCE)]);
      }
    });

    test("lives through a rotation", () => {
      expect(found.rotation.failures).toEqual([]);
      expect(found.rotation.last).toBeGreaterThan(found.rotation.first);
    });
  });
}

// Randomness: the host's in any size, a seed's the same again; bytes given are their taker's own.
import { expect, test } from "@jest/globals";
import { type Entropy, hostEntropy, seededEntropy, streamOf } from "./entropy.ts";

const sources: [string, Entropy][] = [
  ["the host's", hostEntropy],
  ["a seed's", seededEntropy("seed")],
];

test.each(sources)("%s bytes come in the size that was asked, and differ", (_, entropy) => {
  for (const size of [0, 1, 12, 31, 32, 33, 8191, 8192, 8193, 100_000]) expect(entropy(size)).toHaveLength(size);
  const given = Array.from({ length: 5000 }, () => entropy(16).toString("hex"));
  expect(new Set(given).size).toBe(5000);
});

test.each(sources)("%s bytes may be written over without a trace in others", (_, entropy) => {
  const given = Array.from({ length: 2000 }, () => entropy(16));
  const before = given.map((bytes) => bytes.toString("hex"));
  given[7]!.fill(0);
  given[1000]!.fill(0);
  const changed = given.map((bytes, index) => bytes.toString("hex") !== before[index]);
  expect(changed.flatMap((isChanged, index) => (isChanged ? [index] : []))).toEqual([7, 1000]);
});

test("the host's bits are even", () => {
  const bytes = [...hostEntropy(7000), ...hostEntropy(7000), ...hostEntropy(7000)];
  const ones = bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
  expect(ones / bytes.length).toBeGreaterThan(3.9);
  expect(ones / bytes.length).toBeLessThan(4.1);
});

test("the same seed gives the same bytes, however they are cut; another one others", () => {
  const [one, two] = [seededEntropy("a"), seededEntropy("a")];
  const pieces = Buffer.concat([one(5), one(100), one(0), one(27)]);
  expect(two(132)).toEqual(pieces);
  expect(seededEntropy("b")(132)).not.toEqual(pieces);
});

test("a stream of its own repeats, whatever the others have drawn; without a seed there is but one", () => {
  const [one, other] = [seededEntropy("a"), seededEntropy("a")];
  one(100);
  expect(streamOf(one, "x")(40)).toEqual(streamOf(other, "x")(40));
  const texts = [one(16), streamOf(one, "x")(16), streamOf(one, "y")(16), streamOf(streamOf(one, "x"), "y")(16)];
  texts.push(streamOf(seededEntropy("b"), "x")(16));
  expect(new Set(texts.map(String)).size).toBe(5);
  expect(streamOf(hostEntropy, "x")).toBe(hostEntropy);
});

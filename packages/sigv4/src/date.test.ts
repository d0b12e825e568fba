import { expect, test } from "@jest/globals";
import { amzDateOf, parseAmzDate, parseHttpDate } from "./date.ts";

test.each([
  ["20130524T000000Z", Date.UTC(2013, 4, 24)],
  ["20240229T235959Z", Date.UTC(2024, 1, 29, 23, 59, 59)],
  ["20230229T000000Z", undefined],
  ["20131324T000000Z", undefined],
  ["20130524T240000Z", undefined],
  ["20130524T006000Z", undefined],
  ["20130524T000060Z", undefined],
  ["20130524T000000", undefined],
  ["2013-05-24T00:00:00Z", undefined],
  ["20130524T000000Z\n", undefined],
  ["", undefined],
])("reads the signing time %j", (text, expected) => {
  expect(parseAmzDate(text)).toBe(expected);
  if (expected !== undefined) expect(amzDateOf(expected + 999)).toBe(text);
});

test.each([
  ["Fri, 24 May 2013 00:00:00 GMT", Date.UTC(2013, 4, 24)],
  ["Thu, 24 May 2013 00:00:00 GMT", undefined],
  ["24 May 2013", undefined],
  ["1369353600000", undefined],
  ["", undefined],
])("reads the Date header %j", (text, expected) => {
  expect(parseHttpDate(text)).toBe(expected);
});

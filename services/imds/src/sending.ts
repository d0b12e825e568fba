// How an answer is sent whose fault is on the wire: slowly, cut off, or not at all. Both lanes do the same; they differ
// only in what they write through.
import type { Socket } from "node:net";
import { pause } from "@rolemint/host/schedule";
import { type Answer, type Sent, textOf } from "./answer.ts";

/** What a lane writes an answer through. */
export interface Way {
  head(answer: Answer): void;
  /** Latin1. */
  piece(text: string): void;
  /** The answer is whole. */
  end(): void;
}

/** How long a connection is kept without an answer, milliseconds of host time. */
const HANG_MS = 600_000;
/** A slow body comes in pieces, one in so many milliseconds. */
const PIECE_MS = 50;

/** Sends an answer as its fault says. Resolves when no more is to be sent, with whether the connection may go on. */
export async function sendFaulty(socket: Socket, answer: Answer, way: Way): Promise<boolean> {
  const deed = answer.wire!;
  socket.setTimeout(0);
  switch (deed.do) {
    case "reset":
      socket.resetAndDestroy();
      return false;
    case "hang":
      await hang(socket);
      return false;
    case "cut": {
      const sent = textOf({ ...answer, body: answer.body.slice(0, deed.bytes) });
      await new Promise<void>((resolve) => void socket.write(sent, "latin1", () => resolve()));
      socket.resetAndDestroy();
      return false;
    }
    case "pace":
      await pace(socket, answer, way, deed);
      return answer.isKept && !socket.destroyed;
  }
}

/** Until the client has closed its side: what a client that gave up does. */
async function hang(socket: Socket): Promise<void> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  socket.once("close", leave).once("end", leave);
  if (!socket.destroyed && !socket.readableEnded) await pause(HANG_MS, gone.signal);
  socket.destroy();
}

interface Pace {
  readonly firstByteMs: number;
  readonly bytesPerSecond: number | undefined;
}

/**
 * The head comes at once when it comes; the body trickles. A client that gave up has closed its side, which is told at
 * once: it has not got the rest. One that only wrote its last word gets its answer all the same, as the two cannot be
 * told apart.
 */
async function pace(socket: Socket, answer: Answer, way: Way, { firstByteMs, bytesPerSecond }: Pace): Promise<void> {
  let sent: Sent = "nothing";
  let tell = () => {
    tell = () => {};
    answer.told?.(sent);
  };
  const leave = () => tell();
  socket.once("close", leave).once("end", leave);
  await passed(socket, firstByteMs);
  if (socket.destroyed) return;
  way.head(answer);
  sent = "part";
  const { body } = answer;
  const size = bytesPerSecond === undefined ? body.length : Math.max(1, Math.round((bytesPerSecond * PIECE_MS) / 1000));
  for (let at = 0; at < body.length; at += size) {
    if (bytesPerSecond !== undefined) await passed(socket, (size / bytesPerSecond) * 1000);
    if (socket.destroyed) return;
    way.piece(body.slice(at, at + size));
  }
  sent = "whole";
  tell();
  socket.off("close", leave).off("end", leave);
  way.end();
}

/** Waits, but not for a connection that has ended. */
async function passed(socket: Socket, ms: number): Promise<void> {
  if (socket.destroyed || ms <= 0) return;
  const gone = new AbortController();
  const leave = () => gone.abort();
  socket.once("close", leave);
  await pause(ms, gone.signal);
  socket.off("close", leave);
}

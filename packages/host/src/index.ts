// Everything the machine gives us: time, randomness, timers, sockets, the log.
export {
  type Clock,
  type ClockLine,
  hostClock,
  hostTimeOf,
  LATEST_MS,
  wholeSeconds,
  worldTime,
  worldTimeProblem,
} from "./clock.ts";
export { formatDuration, parseDuration, parseLater } from "./duration.ts";
export { type Entropy, hostEntropy, seededEntropy, streamOf } from "./entropy.ts";
export { ListenError, type Listener, lazyServer, listen } from "./listen.ts";

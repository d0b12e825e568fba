// Jest 30.5 strips types by itself under Node 24, so there is no transform; ESM needs --experimental-vm-modules,
// which the Makefile passes.
export default {
  transform: {},
  extensionsToTreatAsEsm: [".ts"],
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/.cache/"],
  modulePathIgnorePatterns: ["/.cache/"],
  testTimeout: 30_000,
  // Many tests wait for other processes: on two cores the default would be one worker.
  maxWorkers: 2,
};

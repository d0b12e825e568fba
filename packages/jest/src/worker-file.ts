// Where the thread's file is: beside this one, as source here and as a bundle where the kit is installed.
export const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

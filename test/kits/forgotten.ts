// A test process that starts a world and does not stop it: says which container it is, and has nothing more to do.
import { RolemintContainer } from "../../packages/testcontainers/src/index.ts";

const rolemint = await new RolemintContainer(process.argv[2]).withRole("app").start();
console.log(rolemint.getId());

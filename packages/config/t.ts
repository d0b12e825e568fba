import { configOf } from "./src/read.ts"; import { formatProblems } from "./src/problem.ts"; import {awsManagedPolicies} from "@rolemint/world/managed-policies";
import { readFileSync } from "node:fs";
const aws=new Set(awsManagedPolicies().keys());
const cases=readFileSync("/tmp/cfgtry/cases.txt","utf8").split(/^=====\n/m);
for(const c of cases){ const r=configOf(c,"rolemint.yaml",{awsManagedPolicies:aws}); console.log(c.trimEnd()); console.log("   >>> "+(r.problems?formatProblems(r.problems).replaceAll("\n","\n   >>> "):"OK "+JSON.stringify(r.config))); console.log()}

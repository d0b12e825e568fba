// The STS actions that are served.
import { listed } from "../action.ts";
import { AssumeRole } from "./AssumeRole.ts";
import { GetAccessKeyInfo } from "./GetAccessKeyInfo.ts";
import { GetCallerIdentity } from "./GetCallerIdentity.ts";

export const stsActions = listed(AssumeRole, GetAccessKeyInfo, GetCallerIdentity);

// The IAM actions that are served.
import { listed } from "../action.ts";
import { CreateRole } from "./CreateRole.ts";

export const iamActions = listed(CreateRole);

// Real clients, unmodified, each in a container that is an instance. `make clients` puts more of them through the same.
import { describeDocker } from "../support/compose.ts";
import { quickClients } from "./clients.ts";
import { describeClients } from "./describe-clients.ts";

describeDocker("real clients in containers", () => describeClients(quickClients));

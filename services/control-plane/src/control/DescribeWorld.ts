import { described, integer, list, number, required, string, struct, timestamp } from "@rolemint/wire";
import { controlAction } from "./action.ts";
import { ScheduleView, scheduleView } from "./schedules.ts";

const Count = required(integer());

export const DescribeWorld = controlAction({
  name: "DescribeWorld",
  says: "The clock, the accounts, the rotation in force, and how much there is of everything.",
  input: struct({}),
  output: struct({
    Time: required(described(timestamp(), "world time")),
    ClockRate: required(described(number(), "how fast world time runs over the host's; 0 is frozen")),
    Accounts: required(list(string())),
    Region: required(string()),
    Rotation: required(described(ScheduleView, "the schedule of all instances that have none of their own")),
    Counts: required(
      struct({
        Roles: Count,
        Users: Count,
        Policies: Count,
        InstanceProfiles: Count,
        Instances: Count,
        Buckets: Count,
        Events: Count,
        TrailEvents: Count,
      }),
    ),
    Revision: required(described(integer(), "grows with every change")),
  }),
  handle(_, { world }) {
    const account = world.account(world.accountId);
    const instances = account.instances();
    return {
      Time: world.now(),
      ClockRate: world.clockLine().rate,
      Accounts: [world.accountId],
      Region: world.region,
      Rotation: scheduleView(world.schedule()),
      Counts: {
        Roles: account.roles.count(),
        Users: account.users.count(),
        Policies: account.policies.count(),
        InstanceProfiles: account.instanceProfiles.count(),
        Instances: instances.filter((instance) => instance.state === "running").length,
        Buckets: world.tables.buckets.find("account", world.accountId).length,
        Events: world.timeline.count(),
        TrailEvents: world.trail.count(),
      },
      Revision: world.revision(),
    };
  },
});

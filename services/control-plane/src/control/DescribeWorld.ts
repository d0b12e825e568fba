import { type ControlAction, iso } from "./action.ts";
import { scheduleView } from "./schedules.ts";

/** The clock, the accounts, the rotation in force, and how much there is of everything. */
export const DescribeWorld: ControlAction = {
  name: "DescribeWorld",
  members: {},
  handle(_, { world }) {
    const account = world.account(world.accountId);
    const instances = account.instances();
    return {
      Time: iso(world.now()),
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
};

// Configs that are refused, each with everything that is said about it.
import type { Files } from "./load-from.fixture.ts";

export interface BadConfig {
  readonly name: string;
  readonly text: string;
  readonly files?: Files;
  /** What follows `rolemint.yaml:`, or a whole line about another file. */
  readonly says: readonly string[];
}

const POLICY = '{ Version: "2012-10-17", Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }';
const MAPPING_ROTATION = "must be ec2, fast, edge, tiny, frozen or a mapping with lifetime and renewEvery";
const BUCKET_RULE = "3 to 63 lower-case letters, digits, dots and hyphens, with a letter or digit at both ends";
const DURATION = "must be a duration such as 6h20m";

/** After `version: 1`, which is line 1. */
function world(...lines: readonly string[]): string {
  return ["version: 1", ...lines, ""].join("\n");
}

export const BAD_CONFIGS: readonly BadConfig[] = [
  // The file
  { name: "empty", text: "", says: ["1:1: the file must be a mapping, found nothing"] },
  { name: "a comment only", text: "# nothing\n", says: ["1:1: the file must be a mapping, found nothing"] },
  { name: "a list", text: "- version: 1\n", says: ["1:1: the file must be a mapping, found a list"] },
  { name: "a text", text: "hello\n", says: ['1:1: the file must be a mapping, found the text "hello"'] },
  {
    name: "two documents",
    text: "version: 1\n---\nversion: 1\n",
    says: ["2:1: the file holds more than one document"],
  },
  {
    name: "YAML 1.1",
    text: "%YAML 1.1\n---\nversion: 1\n",
    says: ["1:1: the file is YAML 1.1; only 1.2 is read"],
  },
  {
    name: "a bracket that does not close",
    text: world("roles: {"),
    says: [
      "3:1: the file is not valid YAML: Flow map in block collection must be sufficiently indented and end with a }",
    ],
  },
  {
    name: "tabs",
    text: world("roles:", "\tapp: {}"),
    says: ["3:1: the file is not valid YAML: Tabs are not allowed as indentation"],
  },
  {
    name: "a key that is a list",
    text: world("? [a]", ": 5"),
    says: ["2:3: the file is not valid YAML: a key must be a plain text"],
  },
  {
    name: "keys written twice, with another problem",
    text: world("version: 1", "rotation: slow", "instances: { web: {}, web: {} }"),
    says: [
      "2:1: version is written twice; the first is on line 1",
      `3:11: rotation ${MAPPING_ROTATION}, found the text "slow"`,
      "4:23: instances.web is written twice; the first is on line 4",
    ],
  },
  {
    name: "tags of its own",
    text: world("account: !mine 5", "region: !!binary aGk="),
    says: [
      "2:16: account has the tag !mine, which is not read",
      "3:18: region has the tag tag:yaml.org,2002:binary, which is not read",
    ],
  },
  {
    name: "a merge key",
    text: world("instances:", "  a: &a { }", "  b:", "    <<: *a"),
    says: ['5:5: instances.b["<<"] is a merge key, which is not read; write the keys out'],
  },
  { name: "__proto__", text: world("__proto__: {}"), says: ["2:1: __proto__ cannot be a key"] },
  {
    name: "aliases that lead nowhere",
    text: world("instances:", "  a: *later", "  b: &b { tags: *b }", "  c: &later {}"),
    says: [
      '3:6: instances.a is an alias of "later", which is no anchor before it',
      '4:17: instances.b.tags is an alias of "b", which it is a part of',
    ],
  },
  {
    name: "a wrong value told where it was written, not where its alias is",
    text: world("instances:", "  a: &a { tgas: {} }", "  b: *a"),
    says: [
      "3:11: instances.a.tgas is not a key here; did you mean tags?",
      "3:11: instances.b.tgas is not a key here; did you mean tags?",
    ],
  },
  {
    name: "an alias bomb",
    text: ["a: &a [x,x,x,x,x,x,x,x,x,x]"]
      .concat([..."bcdefg"].map((name, index) => `${name}: &${name} [${`*${"abcdef"[index]},`.repeat(10)}]`))
      .join("\n"),
    says: ["1:1: the file has more than 200000 values, aliases included"],
  },
  {
    name: "a key written twice, told once and not for each alias",
    text: world("instances: { a: &a { tags: { k: b, k: c } }, b: *a }"),
    says: ["2:36: instances.a.tags.k is written twice; the first is on line 2"],
  },
  // Version, account, region
  {
    name: "a version as text",
    text: 'version: "1"\n',
    says: ['1:10: version must be the number 1, found the text "1"'],
  },
  { name: "a later version", text: "version: 2\n", says: ["1:10: version must be the number 1, found the number 2"] },
  { name: "no version", text: "roles: {}\n", says: ["1:1: version is missing; it must be the number 1"] },
  { name: "a misspelt version", text: "verison: 1\n", says: ["1:1: verison is not a key here; did you mean version?"] },
  {
    name: "an account that YAML made a number of",
    text: world("account: 1111222233334"),
    says: ["2:10: account must be 12 digits in quotes, found the number 1111222233334"],
  },
  {
    name: "an account of 12 letters that is no digits",
    text: world("account: 1.1122223333"),
    says: ["2:10: account must be 12 digits in quotes, found the number 1.1122223333"],
  },
  {
    name: "a short account, a region of another partition",
    text: world('account: "1111222233"', "region: us-gov-west-1"),
    says: [
      '2:10: account must be 12 digits in quotes, found the text "1111222233"',
      '3:9: region must be a region of AWS\'s standard partition such as us-east-1, found the text "us-gov-west-1"',
    ],
  },
  {
    name: "an unknown key without a near one",
    text: world("foo: 1"),
    says: [
      "2:1: foo is not a key here; the keys here are version, account, region, rotation, clock, roles, " +
        "policies, users, instances, buckets, s3 or faults",
    ],
  },
  // Rotation and clock
  {
    name: "a misspelt profile",
    text: world("rotation: fst"),
    says: [`2:11: rotation ${MAPPING_ROTATION}, found the text "fst"; did you mean fast?`],
  },
  {
    name: "a list as rotation",
    text: world("rotation: [ec2]"),
    says: [`2:11: rotation ${MAPPING_ROTATION}, found a list`],
  },
  {
    name: "a rotation without renewEvery",
    text: world("rotation: { lifetime: 1h }"),
    says: [`2:1: rotation.renewEvery is missing; it ${DURATION}`],
  },
  {
    name: "a misspelt key of a rotation",
    text: world("rotation: { lifetime: 1h, renewEvry: 5m }"),
    says: ["2:27: rotation.renewEvry is not a key here; did you mean renewEvery?"],
  },
  {
    name: "durations without a unit, in words and for ever",
    text: world("rotation:", "  lifetime: 3600", "  renewEvery: 5 minutes", "  overlap: -1m", "  jitter: 9999h"),
    says: [
      `3:13: rotation.lifetime ${DURATION}, found the number 3600`,
      `4:15: rotation.renewEvery ${DURATION}, found the text "5 minutes"`,
      `5:12: rotation.overlap ${DURATION}, found the text "-1m"`,
      "6:11: rotation.jitter must be at most 8760h",
    ],
  },
  {
    name: "a renewal after the end",
    text: world("rotation: { lifetime: 5m, renewEvery: 1h }"),
    says: [
      "2:11: rotation makes no sense: renewEvery is at most the lifetime: a successor must be out before its " +
        "predecessor ends",
    ],
  },
  {
    name: "a day that there is not, and yes",
    text: world("clock: { start: 2026-02-30T00:00:00Z, strict: yes }"),
    says: [
      '2:17: clock.start must be a time such as 2026-11-22T05:30:00Z, and "2026-02-30T00:00:00Z" never was or will be',
      '2:47: clock.strict must be true or false, found the text "yes"',
    ],
  },
  {
    name: "seconds as a start",
    text: world("clock: { start: 1795325400 }"),
    says: ["2:17: clock.start must be a time such as 2026-11-22T05:30:00Z, found the number 1795325400"],
  },
  // Roles and users
  {
    name: "mappings that are none",
    text: world("roles: app", "instances:", "buckets: 5", "users: []"),
    says: [
      '2:8: roles must be a mapping of names, found the text "app"',
      "3:11: instances must be a mapping of names, found nothing",
      "4:10: buckets must be a mapping of names, found the number 5",
      "5:8: users must be a mapping of names, found a list",
    ],
  },
  {
    name: "a role with much wrong",
    text: world(
      "roles:",
      "  app:",
      "    manajedPolicies: []",
      "    inline_policies: {}",
      "    path: app",
      "    trust: ec2.amazonaws.cm",
      "    maxSessionDuration: 13h",
      "    permissionsBoundary: 5",
      "    colour: red",
    ),
    says: [
      "4:5: roles.app.manajedPolicies is not a key here; did you mean managedPolicies?",
      "5:5: roles.app.inline_policies is not a key here; did you mean inlinePolicies?",
      '6:11: roles.app.path must be / or a path between slashes such as /app/, found the text "app"',
      "7:12: roles.app.trust must be a service such as ec2.amazonaws.com or a trust policy, found the text " +
        '"ec2.amazonaws.cm"; did you mean ec2.amazonaws.com?',
      "8:25: roles.app.maxSessionDuration must be from 1h to 12h in whole seconds, found 13h",
      "9:26: roles.app.permissionsBoundary must be the ARN of a managed policy, found the number 5",
      "10:5: roles.app.colour is not a key here; the keys here are trust, path, managedPolicies, " +
        "inlinePolicies, permissionsBoundary, maxSessionDuration or tags",
    ],
  },
  {
    name: "names that IAM does not take or tell apart",
    text: world("roles: { app: {}, App: {}, a b: {} }", `users: { x: { inlinePolicies: { a/b: ${POLICY} } } }`),
    says: [
      "2:19: roles.App is the same name as app: IAM does not tell capitals from small letters",
      '2:28: roles["a b"] is not a name that can be given here: 1 to 64 letters, digits and +=,.@_-',
      '3:33: users.x.inlinePolicies["a/b"] is not a name that can be given here: 1 to 128 letters, digits and +=,.@_-',
    ],
  },
  {
    name: "managed policies that lead nowhere",
    text: world(
      "roles:",
      "  app:",
      "    managedPolicies:",
      "      - AmazonS3ReadOnlyAccess",
      "      - reports",
      "      - arn:aws:iam::aws:policy/AmazonS3ReadOnly",
      "      - arn:aws:iam::111122223333:policy/report",
      "      - arn:aws:iam::222233334444:policy/reports",
      "      - arn:aws:iam::aws:policy/AdministratorAccess",
      "      - arn:aws:iam::aws:policy/AdministratorAccess",
      "      - nonsense",
      "      - 5",
      "    permissionsBoundary: AmazonEC2RoleforSSM",
      `policies: { reports: ${POLICY} }`,
    ),
    says: [
      "5:9: roles.app.managedPolicies[0] must be the ARN of a managed policy, found the text " +
        '"AmazonS3ReadOnlyAccess"; did you mean arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess?',
      '6:9: roles.app.managedPolicies[1] must be the ARN of a managed policy, found the text "reports"; did ' +
        "you mean arn:aws:iam::111122223333:policy/reports?",
      '7:9: roles.app.managedPolicies[2] names "AmazonS3ReadOnly", which is none of AWS\'s policies that ' +
        "rolemint knows; did you mean arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess?",
      '8:9: roles.app.managedPolicies[3] names the policy "report", which is not in policies; did you mean ' +
        "arn:aws:iam::111122223333:policy/reports?",
      "9:9: roles.app.managedPolicies[4] is a policy of another account; here are those of 111122223333 and AWS's",
      "11:9: roles.app.managedPolicies[6] is in the list twice",
      '12:9: roles.app.managedPolicies[7] must be the ARN of a managed policy, found the text "nonsense"',
      "13:9: roles.app.managedPolicies[8] must be the ARN of a managed policy, found the number 5",
      "14:26: roles.app.permissionsBoundary must be the ARN of a managed policy, found the text " +
        '"AmazonEC2RoleforSSM"; did you mean arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM?',
    ],
  },
  {
    name: "managed policies as a mapping",
    text: world("users: { ci: { managedPolicies: {} } }"),
    says: ["2:33: users.ci.managedPolicies must be a list of ARNs of managed policies, found a mapping"],
  },
  {
    name: "tags of a role",
    text: world("roles:", "  app:", '    tags: { team: 5, Team: b, "aws:x": c, d: "a;b", on: true }'),
    says: [
      "4:19: roles.app.tags.team must be a text; put it in quotes, found the number 5",
      "4:22: roles.app.tags.Team is the same key as team: IAM does not tell capitals from small letters",
      '4:31: roles.app.tags["aws:x"] begins with aws:, which AWS keeps for itself',
      "4:46: roles.app.tags.d has characters that IAM does not take: it takes letters, digits, spaces and _.:/=+-@",
      "4:57: roles.app.tags.on must be a text; put it in quotes, found true",
    ],
  },
  {
    name: "access keys, whose secrets are never repeated",
    text: world(
      "users:",
      "  ci:",
      "    accessKeys:",
      "      - { id: ASIAIOSFODNN7EXAMPLE, secret: 12345 }",
      "      - { id: AKIAIOSFODNN7EXAMPLE }",
      '      - { id: AKIAI44QH8DHBEXAMPLE, secret: "pass word", scret: x }',
      "  cd:",
      "    accessKeys: [{ id: AKIAIOSFODNN7EXAMPLE, secret: abc }]",
    ),
    says: [
      "5:7: users.ci.accessKeys has 3 keys; a user has at most two",
      "5:15: users.ci.accessKeys[0].id must be AKIA and 16 upper-case letters and digits, found the text " +
        '"ASIAIOSFODNN7EXAMPLE"',
      "5:45: users.ci.accessKeys[0].secret must be 1 to 128 visible characters in quotes",
      "6:9: users.ci.accessKeys[1].secret is missing; it must be 1 to 128 visible characters in quotes",
      "7:45: users.ci.accessKeys[2].secret must be 1 to 128 visible characters in quotes",
      "7:58: users.ci.accessKeys[2].scret is not a key here; did you mean secret?",
      "9:24: users.cd.accessKeys[0].id is the same key as users.ci.accessKeys[1].id",
    ],
  },
  // Policies
  {
    name: "misspelt elements of policies",
    text: world(
      "policies:",
      '  a: { Version: "2012-10-17", Statment: [] }',
      "  b: { Version: 2012-10-17, Statement: { Effect: Allow, Acton: s3:GetObject, Resource: '*' } }",
      "  c: { Version: 2012-10-17, Statement: [{ efect: Allow }] }",
      "  d: { flie: ./d.json }",
      "  e: { zzz: 1 }",
    ),
    says: [
      "3:31: policies.a.Statment is not an element of a policy; did you mean Statement?",
      "4:57: policies.b.Statement.Acton is not an element of a policy; did you mean Action?",
      "5:43: policies.c.Statement[0].efect is not an element of a policy; did you mean Effect?",
      "6:8: policies.d.flie is not an element of a policy; did you mean file?",
      "7:8: policies.e.zzz is not an element of a policy",
    ],
  },
  {
    name: "policies that AWS refuses, in its words",
    text: world(
      "policies:",
      "  a: { Version: 2012-10-17, Statement: [] }",
      "  b: { Statement: { Effect: Allow, Action: s3:GetObject, Resource: '*' } }",
      "roles:",
      "  app:",
      "    trust: { Version: 2012-10-17, Statement: { Effect: Allow, Principal: '*', Action: sts:AssumeRole } }",
      "buckets:",
      "  demo: { policy: { Version: 2012-10-17, Statement: [] } }",
    ),
    says: [
      "3:6: policies.a is not a policy that AWS takes: MalformedPolicyDocument, Syntax errors in policy.",
      "4:6: policies.b is not a policy that AWS takes: MalformedPolicyDocument, Policy document must be " +
        "version 2012-10-17 or greater.",
      "7:12: roles.app.trust is not a policy that AWS takes: MalformedPolicyDocument, Principal must be a JSON object.",
      "9:19: buckets.demo.policy is not a policy that AWS takes: MalformedPolicy, Could not parse the " +
        "policy: Statement is empty!",
    ],
  },
  {
    name: "policies of the wrong kind or no JSON",
    text: world("policies:", "  a: [1]", "  b: true", `  c: '{"Version":"2012-10-17",}'`, '  d: ""'),
    says: [
      "3:6: policies.a must be a policy document or { file: ./p.json }, found a list",
      "4:6: policies.b must be a policy document or { file: ./p.json }, found true",
      "5:6: policies.c is no JSON: character 25 of the text should be a key in double quotes",
      "6:6: policies.d is no JSON: character 1 of the text should be a value",
    ],
  },
  {
    name: "a number that would lose its zero in JSON",
    text: world(
      "policies:",
      "  a:",
      "    Version: 2012-10-17",
      "    Statement: { Effect: Allow, Action: '*', Resource: '*', Condition: { StringEquals: { aws:x: " +
        "012345678901 } } }",
    ),
    says: [
      '5:97: policies.a.Statement.Condition.StringEquals["aws:x"] is a number that JSON writes in another ' +
        "way than 012345678901; put it in quotes",
    ],
  },
  {
    name: "files of policies that cannot be read",
    text: world(
      "policies:",
      "  a: { file: ./nope.json }",
      "  b: { file: ./p.json, more: 1 }",
      "  c: { file: ./dir }",
      "  d: { file: 5 }",
      "  e: { file: ./latin.json }",
      "  f: { file: ./large.json }",
    ),
    files: { "dir/": "", "latin.json": Uint8Array.of(0xff), "large.json": " ".repeat(1024 * 1024 + 1) },
    says: [
      '3:14: policies.a.file names "./nope.json", which does not exist',
      "4:24: policies.b.more has no place here: { file: … } stands alone",
      '5:14: policies.c.file names "./dir", which is a directory',
      "6:14: policies.d.file must be the path of a JSON file, found the number 5",
      '7:14: policies.e.file names "./latin.json", which is not UTF-8 text',
      '8:14: policies.f.file names "./large.json", which is larger than 1 MiB',
    ],
  },
  {
    name: "files of policies with something wrong inside, after what is wrong in the config",
    text: world("policies: { a: { file: ./z.json }, b: { file: a/b.json }, c: { file: z.json } }", 'acount: ""'),
    files: { "z.json": '{\n  "Version": "2012-10-17"\n  "Statement": []\n}\n', "a/b.json": '{"Version":"2012-10-17"}' },
    says: [
      "3:1: acount is not a key here; did you mean account?",
      "a/b.json: policies.b is not a policy that AWS takes: MalformedPolicyDocument, Syntax errors in policy.",
      "z.json:3:3: policies.a is no JSON: here should be a comma or the end of the list or object",
      "z.json:3:3: policies.c is no JSON: here should be a comma or the end of the list or object",
    ],
  },
  {
    name: "policies beyond IAM's sizes and characters",
    text: world(
      `policies: { a: { Version: 2012-10-17, Statement: { Sid: ${"x".repeat(6100)}, Effect: Deny, Action: ` +
        `'*', Resource: '*' } } }`,
      "users:",
      "  ci:",
      "    inlinePolicies:",
      `      a: { Statement: { Sid: ${"x".repeat(1000)}, Effect: Deny, Action: '*', Resource: '*' } }`,
      `      b: { Statement: { Sid: ${"x".repeat(1000)}, Effect: Deny, Action: '*', Resource: '*' } }`,
      "      c: { Statement: { Effect: Deny, Action: '*', Resource: '*', Condition: { StringLike: { aws:x: '→' } } } }",
    ),
    says: [
      "2:16: policies.a is too large: 6191 characters of at most 6144, white space not counted",
      "6:7: users.ci.inlinePolicies are too large together: 2136 characters of at most 2048, white space not counted",
      "8:10: users.ci.inlinePolicies.c has a character beyond U+00FF, which IAM does not take in a policy; " +
        "write it as \\uXXXX",
    ],
  },
  // Instances
  {
    name: "names that lead nowhere",
    text: world(
      "roles: { app: {} }",
      "instances:",
      "  web: { role: ap }",
      "  api: { role: app, instanceProfile: app }",
      "  job: { instanceProfile: ap }",
      "  cron: { instanceProfile: other }",
    ),
    says: [
      '4:16: instances.web.role names the role "ap", which is not in roles; did you mean app?',
      "5:21: instances.api.instanceProfile and role exclude each other",
      '7:28: instances.cron.instanceProfile names the instance profile "other", which no instance\'s role makes',
    ],
  },
  {
    name: "an instance profile that only a role would make",
    text: world("roles: { app: {} }", "instances: { web: { instanceProfile: app } }"),
    says: [
      '3:38: instances.web.instanceProfile names the instance profile "app", which no instance\'s role ' +
        "makes; write role: app",
    ],
  },
  {
    name: "metadata options",
    text: world(
      "instances:",
      "  web:",
      "    metadata: { tokens: optionl, hopLimit: 65, endpoint: true, tag: enabled }",
      "    userData: 5",
      "  api: { metadata: { hopLimit: 1.5 } }",
    ),
    says: [
      '4:25: instances.web.metadata.tokens must be required or optional, found the text "optionl"; did you ' +
        "mean optional?",
      "4:44: instances.web.metadata.hopLimit must be a whole number from 1 to 64, found the number 65",
      "4:58: instances.web.metadata.endpoint must be enabled or disabled, found true",
      "4:64: instances.web.metadata.tag is not a key here; did you mean tags?",
      "5:15: instances.web.userData must be a text, found the number 5",
      "6:32: instances.api.metadata.hopLimit must be a whole number from 1 to 64, found the number 1.5",
    ],
  },
  {
    name: "instances that go by one name",
    text: world(
      "instances:",
      "  web: {}",
      "  api: { tags: { Name: web } }",
      "  job: { tags: { Name: cron } }",
      "  cron: {}",
    ),
    says: [
      '4:24: instances.api.tags.Name goes by the name "web", which instances.web has already',
      '6:3: instances.cron goes by the name "cron", which instances.job has already',
    ],
  },
  {
    name: "names and tags of instances",
    text: world(
      "instances:",
      "  i-0123456789abcdef0: {}",
      "  9to5: {}",
      '  web: { metadata: { tags: enabled }, tags: { "a b": c, _index: d } }',
      `  api: { tags: { long: ${"x".repeat(257)} }, userData: "${"x".repeat(16_385)}" }`,
    ),
    says: [
      "3:3: instances.i-0123456789abcdef0 looks like an instance id; give it another name",
      "4:3: instances.9to5 is not a name that can be given here: 1 to 63 letters, digits and ._-, a letter first",
      '5:47: instances.web.tags["a b"] cannot be a path of the metadata, which metadata.tags: enabled asks for',
      "5:57: instances.web.tags._index cannot be a path of the metadata, which metadata.tags: enabled asks for",
      "6:24: instances.api.tags.long must be a text of at most 256 characters",
      "6:295: instances.api.userData is too large: 16385 bytes of at most 16384",
    ],
  },
  {
    name: "policies that name nobody",
    text: world(
      "roles:",
      "  app: { path: /team/ }",
      "  other:",
      "    trust:",
      "      Version: 2012-10-17",
      "      Statement:",
      "        - Effect: Allow",
      "          Action: sts:AssumeRole",
      "          Principal:",
      "            Service: ec2.amazonaws.com",
      "            AWS: [arn:aws:iam::111122223333:role/team/app, arn:aws:iam::111122223333:role/app]",
      "users: { ci: {} }",
      "buckets:",
      "  one:",
      "    policy: { file: one.json }",
      "  two:",
      "    policy:",
      "      Statement:",
      "        Effect: Deny",
      "        Action: s3:*",
      "        Resource: arn:aws:s3:::two",
      "        NotPrincipal:",
      "          AWS:",
      "            - arn:aws:iam::111122223333:user/CI",
      "            - arn:aws:iam::444455556666:user/far",
      "            - AROAEXAMPLEEXAMPLE123",
      "            - arn:aws:sts::111122223333:assumed-role/ap/session",
      "            - arn:aws:sts::111122223333:assumed-role/app/session",
      "            - arn:aws:iam::444455556666:root",
    ),
    files: {
      "one.json":
        '{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::one","Principal":{"AWS":"arn:aws:iam::111122223333:role/gone"}}}',
    },
    says: [
      '12:60: roles.other.trust.Statement[0].Principal.AWS[1] names the role "arn:aws:iam::111122223333:role/app", which ' +
        "is not in roles; did you mean arn:aws:iam::111122223333:role/team/app?",
      '25:15: buckets.two.policy.Statement.NotPrincipal.AWS[0] names the user "arn:aws:iam::111122223333:user/CI", ' +
        "which is not in users; did you mean arn:aws:iam::111122223333:user/ci?",
      '26:15: buckets.two.policy.Statement.NotPrincipal.AWS[1] names "arn:aws:iam::444455556666:user/far" of another ' +
        "account, which is not known here; name the account 444455556666 instead",
      '27:15: buckets.two.policy.Statement.NotPrincipal.AWS[2] names the unique id "AROAEXAMPLEEXAMPLE123", which is ' +
        "another in each state; name the ARN instead",
      "28:15: buckets.two.policy.Statement.NotPrincipal.AWS[3] names the role " +
        '"arn:aws:sts::111122223333:assumed-role/ap/session", which is not in roles; did you mean arn:aws:sts::111122223333:assumed-role/app/session?',
      'one.json: buckets.one.policy names the role "arn:aws:iam::111122223333:role/gone", which is not in roles',
    ],
  },
  {
    name: "a public policy for a bucket that blocks them",
    text: world(
      "buckets:",
      "  demo:",
      "    policy:",
      "      Statement: { Effect: Allow, Principal: '*', Action: s3:GetObject, Resource: arn:aws:s3:::demo/* }",
      "  more:",
      "    publicAccessBlock: yes",
    ),
    says: [
      "5:7: buckets.demo.policy is public, which a bucket refuses unless it says publicAccessBlock: false",
      '7:24: buckets.more.publicAccessBlock must be true or false, found the text "yes"',
    ],
  },
  // Buckets and S3
  {
    name: "names of buckets",
    text: world("buckets:", "  Demo: {}", "  ab: {}", "  a..b: {}", "  10.0.0.1: {}", "  xn--a: {}", "  a--x-s3: {}"),
    says: [
      `3:3: buckets.Demo is not a name that can be given here: ${BUCKET_RULE}`,
      `4:3: buckets.ab is not a name that can be given here: ${BUCKET_RULE}`,
      '5:3: buckets["a..b"] has two dots in a row, which S3 does not take in a bucket name',
      '6:3: buckets["10.0.0.1"] looks like an IP address, which S3 does not take as a bucket name',
      "7:3: buckets.xn--a begins with xn--, which S3 keeps for itself",
      "8:3: buckets.a--x-s3 ends with --x-s3, which S3 keeps for itself",
    ],
  },
  {
    name: "objects that are no directory",
    text: world(
      "buckets:",
      "  one: { objects: ./nope }",
      "  two: { objects: ./file }",
      "  six: { objects: 5, polcy: {} }",
    ),
    files: { file: "" },
    says: [
      '3:19: buckets.one.objects names "./nope", which is not a directory',
      '4:19: buckets.two.objects names "./file", which is not a directory',
      "5:19: buckets.six.objects must be the path of a directory, found the number 5",
      "5:22: buckets.six.polcy is not a key here; did you mean policy?",
    ],
  },
  {
    name: "S3 keys without an endpoint",
    text: world("s3: { accessKeyId: a, secretAccessKey: 5, backend: minio }"),
    says: [
      "2:7: s3.accessKeyId has no effect without endpoint",
      "2:23: s3.secretAccessKey has no effect without endpoint",
      "2:40: s3.secretAccessKey must be a text in quotes",
      '2:52: s3.backend must be builtin, found the text "minio"',
    ],
  },

  // Faults
  {
    name: "faults that are none",
    text: world(
      "instances: { web: {}, job: {} }",
      "faults:",
      "  - { name: s3.slow-dwon, target: all }",
      "  - { preset: mid-multipat, target: all }",
      "  - { target: all }",
      "  - { name: s3.slow-down, preset: mid-multipart, target: all }",
      "  - 5",
    ),
    says: [
      '4:13: faults[0].name names the fault "s3.slow-dwon", which there is not; did you mean s3.slow-down?',
      '5:15: faults[1].preset names the preset "mid-multipat", which there is not; did you mean mid-multipart?',
      "6:5: faults[2] must have a name or a preset",
      "7:27: faults[3].preset and name exclude each other",
      "8:5: faults[4] must be a mapping, found the number 5",
    ],
  },
  {
    name: "whom, when and how of faults",
    text: world(
      "roles: { app: {} }",
      "instances: { web: {}, job: {} }",
      "faults:",
      "  - { name: s3.slow-down }",
      "  - { name: s3.slow-down, target: wob }",
      "  - { name: s3.slow-down, target: 'role:ap' }",
      "  - { name: s3.slow-down, target: all, when: soon }",
      "  - { name: s3.slow-down, target: all, when: [now, 'request:1', 'request:2'] }",
      "  - { name: s3.slow-down, target: all, when: 'path:(' }",
      "  - { name: s3.slow-down, target: all, probability: 2 }",
      "  - { name: s3.slow-down, target: all, parameters: { cod: SlowDown, code: Slow } }",
      "  - { preset: mid-multipart, target: all, times: 2, parameters: { part: 0 } }",
      "  - { preset: role-swapped, target: web }",
    ),
    says: [
      "5:5: faults[0] must say its target, an instance, role:NAME or all, as there is not just one instance",
      '6:35: faults[1].target names the instance "wob", which is not in instances; did you mean web?',
      '7:35: faults[2].target names the role "ap", which is not in roles; did you mean app?',
      '8:46: faults[3].when must be now, +10m, a time, next-refresh, request:3, path:REGEX or lifetime:80%, found "soon"',
      '9:46: faults[4].when says the same twice: "request:2"',
      "10:46: faults[5].when must be a regular expression: Invalid regular expression: /(/: Unterminated group",
      "11:53: faults[6].probability must be a number above 0 and at most 1, found the number 2",
      "12:54: faults[7].parameters.cod is no parameter of this; did you mean code?",
      "12:75: faults[7].parameters.code must be one of SlowDown, ServiceUnavailable, InternalError",
      "13:43: faults[8].times has no effect with a preset",
      "13:73: faults[8].parameters.part must be a whole number from 1 to 10000",
      "14:5: faults[9].parameters must say role, which role.swap needs: the other role",
    ],
  },
];

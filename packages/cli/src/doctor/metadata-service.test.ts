import { expect, test } from "@jest/globals";
import { checkMetadataService } from "./metadata-service.ts";

const HEADER = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT";
const route = (device: string, destination: string, mask: string) =>
  `${HEADER}\neth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n${device}\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0\n`;
const NONE = route("eth0", "000200C0", "00FFFFFF");

test.each([
  ["nothing", {}, NONE],
  ["no table", {}, ""],
  ["a virtual machine at home", { sys_vendor: "QEMU", product_name: "Standard PC (Q35 + ICH9, 2009)" }, NONE],
  [
    "Hyper-V",
    { sys_vendor: "Microsoft Corporation", product_name: "Virtual Machine", chassis_asset_tag: "1234" },
    NONE,
  ],
  ["another link-local network", {}, route("veth1", "0001FEA9", "00FFFFFF")],
])("well: %s", (_, dmi, routes) => {
  expect(checkMetadataService({ dmi, routes })).toMatchObject([{ level: "ok" }]);
});

test.each([
  ["Amazon EC2", { sys_vendor: "Amazon EC2", product_name: "t3.micro" }],
  ["Amazon EC2", { sys_vendor: "Xen", bios_version: "4.11.amazon" }],
  ["Google Compute Engine", { product_name: "Google Compute Engine" }],
  ["Microsoft Azure", { sys_vendor: "Microsoft Corporation", chassis_asset_tag: "7783-7084-3265-9085-8269-3286-77" }],
])("%s is known by its firmware", (cloud, dmi) => {
  expect(checkMetadataService({ dmi, routes: NONE })).toMatchObject([
    { level: "warning", message: expect.stringContaining(cloud), advice: expect.anything() },
  ]);
});

test.each([
  ["169.254.169.254/32", "FEA9FEA9", "FFFFFFFF"],
  ["169.254.169.0/24", "00A9FEA9", "00FFFFFF"],
  ["169.254.0.0/16", "0000FEA9", "0000FFFF"],
])("a route to %s is found", (range, destination, mask) => {
  const [finding] = checkMetadataService({ dmi: {}, routes: route("br-1", destination, mask) });
  expect(finding).toMatchObject({ level: "warning", message: expect.stringContaining(`${range} by br-1`) });
});

// The EC2 actions that are served.
import { listed } from "../action.ts";
import { AssociateIamInstanceProfile } from "./AssociateIamInstanceProfile.ts";
import { CreateTags } from "./CreateTags.ts";
import { DeleteTags } from "./DeleteTags.ts";
import { DescribeIamInstanceProfileAssociations } from "./DescribeIamInstanceProfileAssociations.ts";
import { DescribeInstances } from "./DescribeInstances.ts";
import { DisassociateIamInstanceProfile } from "./DisassociateIamInstanceProfile.ts";
import { ModifyInstanceMetadataOptions } from "./ModifyInstanceMetadataOptions.ts";
import { ReplaceIamInstanceProfileAssociation } from "./ReplaceIamInstanceProfileAssociation.ts";
import { RunInstances } from "./RunInstances.ts";
import { TerminateInstances } from "./TerminateInstances.ts";

export const ec2Actions = listed(
  AssociateIamInstanceProfile,
  CreateTags,
  DeleteTags,
  DescribeIamInstanceProfileAssociations,
  DescribeInstances,
  DisassociateIamInstanceProfile,
  ModifyInstanceMetadataOptions,
  ReplaceIamInstanceProfileAssociation,
  RunInstances,
  TerminateInstances,
);

// Where the metadata service is on EC2, and so in containers; and where those find the AWS APIs.

export const METADATA_ADDRESS = "169.254.169.254";
export const GATE_ADDRESS = "169.254.171.1";

// Where the metadata service is on EC2, and so in containers.

export const METADATA_ADDRESS = "169.254.169.254";

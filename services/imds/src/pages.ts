// The error pages: one XHTML template with two spellings, since the Nitro service indents the DTD's address by two tabs
// and a space, and the older one (which also speaks for a disabled endpoint) by one tab.

/** 339 bytes, recorded by smithy-rs (imds_no_iam_role) and others. */
export const NOT_FOUND_PAGE = page("404 - Not Found", "\t\t ");
/** 359 bytes: the length that canonical/cloud-init#5577 recorded; the title follows from it. */
export const UNAVAILABLE_PAGE = page("503 - Service Unavailable", "\t\t ");
/** 337 bytes, one tab: recorded of a disabled endpoint by aws/amazon-cloudwatch-agent#1139. */
export const DISABLED_PAGE = page("403 - Forbidden", "\t");

function page(title: string, indent: string): string {
  return `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
${indent}"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
 </body>
</html>
`;
}

import { createAccess } from "../rest/access/access.ts";

/** As in development: no token is looked at. */
export const openAccess = createAccess({ open_writes: true, public_reads: "all" });

import { createHash, timingSafeEqual } from "node:crypto";

/** Whether a request carries `token` as `Authorization: Bearer` (RFC 6750, section 2.1). How long it takes tells nothing of the token. */
export function createBearerCheck(token: string): (request: Request) => boolean {
  const expected = digest(token);
  return (request) => {
    const given = /^Bearer +([!-~]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

/** Of one length, whatever is given: what is compared has to be. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

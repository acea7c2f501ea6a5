/** Request headers, as parameters of the document. */
export const headerParameters = {
  IfMatch: {
    name: "If-Match",
    in: "header",
    description: "ETag that the article must still have; else 412",
    schema: { type: "string" },
    example: '"1"',
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description: "ETag that the caller already has; 304 if it is still that one",
    schema: { type: "string" },
    example: '"1"',
  },
  IfNoneMatchOfWrite: {
    name: "If-None-Match",
    in: "header",
    description:
      "ETag that the article must not have; else 412. With * the write never happens: an article that is there is 412, one that is not 404",
    schema: { type: "string" },
    example: '"7"',
  },
  IfUnmodifiedSince: {
    name: "If-Unmodified-Since",
    in: "header",
    description: "HTTP date after which the article must not have changed; else 412. Counts only without If-Match",
    schema: { type: "string" },
    example: "Mon, 23 Nov 2026 09:30:00 GMT",
  },
  IfModifiedSince: {
    name: "If-Modified-Since",
    in: "header",
    description: "HTTP date; counts only without If-None-Match",
    schema: { type: "string" },
    example: "Mon, 23 Nov 2026 09:30:00 GMT",
  },
  MinVersion: {
    name: "Blog-Min-Version",
    in: "header",
    description:
      "`<id>=<version>` of a write's answer (a DELETE's too): the replica answers once it has that version of that article, or after 2 s with 503 and Retry-After; for a caller who sees only what is published, the version of anything else never comes. DB1 has it at once",
    schema: { type: "string", pattern: "^[1-9][0-9]{0,15}=[1-9][0-9]{0,9}$" },
    example: "42=3",
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description: "The same request under the same key is done once and gets the first answer again, for 24 hours",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[!-~]+$" },
    example: "7f0c1b1e-5a53-4f0e-9a3b-6f1b7d9d2c11",
  },
};

/** Response headers of the document. */
export const headerComponents = {
  RequestId: { description: "The caller's id of the request, or a new one", schema: { type: "string" } },
  ETag: { description: "The article's version, quoted", schema: { type: "string" }, example: '"1"' },
  LastModified: {
    description: "HTTP date of the last change",
    schema: { type: "string" },
    example: "Mon, 23 Nov 2026 09:30:00 GMT",
  },
  Location: { description: "Path of the new article", schema: { type: "string" }, example: "/api/v1/articles/1" },
  Link: { description: "first, prev, next, last (RFC 8288)", schema: { type: "string" } },
};

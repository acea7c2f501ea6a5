import styles from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import script from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import { type Answer, jsonAnswer } from "./answer.ts";
import type { Operation, Route } from "./operation.ts";
import { readParameters } from "./parameters.ts";

const title = "Blog API";

/** The validator badge would ask a server outside; without it the page loads nothing that is not ours. */
const start = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  validatorUrl: null,
  displayRequestDuration: true,
});
`;

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** Swagger UI sets styles on elements and draws its icons from data URLs; all else comes from this server. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** /openapi.json, and with `page` also /docs and the files that it needs. */
export function documentRoutes(document: string, page: boolean): readonly Route[] {
  const cached = { "cache-control": "public, max-age=3600" };
  const pageHeaders = { ...cached, "content-security-policy": contentSecurityPolicy };
  const document_route = file("/openapi.json", async () => jsonAnswer(200, document, cached));
  if (!page) return [document_route];
  return [
    document_route,
    file("/docs", async () => text("text/html", html, pageHeaders)),
    file("/docs/start.js", async () => text("text/javascript", start, cached)),
    file("/docs/swagger-ui-bundle.js", async () => text("text/javascript", await Bun.file(script).text(), cached)),
    file("/docs/swagger-ui.css", async () => text("text/css", await Bun.file(styles).text(), cached)),
  ];
}

/** A route outside of the document that it belongs to. */
function file(template: string, content: () => Promise<Answer>): Route {
  const operation: Operation = {
    access: "anyone",
    parameters: {},
    doc: { id: template, tag: "operations", summary: template, answers: {}, errors: [] },
    run: ({ request }) => {
      readParameters(request.url, {});
      return content();
    },
  };
  return { template, operations: { GET: operation } };
}

function text(type: string, body: string, headers: Readonly<Record<string, string>>): Answer {
  return { status: 200, headers: { "content-type": `${type}; charset=utf-8`, ...headers }, body };
}

import assetsPath from "../../node_modules/@graphql-yoga/render-graphiql/esm/graphiql.js" with { type: "file" };

export interface GraphiqlOptions {
  readonly title: string;
  readonly defaultTabs: readonly { readonly query: string; readonly variables?: string }[];
}

export interface GraphiqlPage {
  readonly html: string;
  /** Of its only script, as a content security policy names it. */
  readonly script_hash: string;
}

/**
 * GraphiQL as one page that needs nothing from outside. It is what `@graphql-yoga/render-graphiql` would render; but its 9 MB of text are
 * a file in the executable, read when the page is first asked for: imported, they would cost every start 60 ms and 30 MB (measured).
 */
export async function renderGraphiqlPage(options: GraphiqlOptions): Promise<GraphiqlPage> {
  const { css, editorWorkerService, favicon, graphqlWorker, js, jsonWorker } = await readAssets();
  const workers = { editorWorkerService, json: jsonWorker, graphql: graphqlWorker };
  const script = `
const workers = {};
for (const [label, source] of Object.entries(${JSON.stringify(workers)})) {
  workers[label] = URL.createObjectURL(new Blob([source], { type: "application/javascript" }));
}
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_, label) => workers[label] };
${js};
YogaGraphiQL.renderYogaGraphiQL(document.querySelector("#root"), ${JSON.stringify(options)});
`;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${options.title}</title>
<link rel="icon" href="${favicon}">
<style>${css}</style>
</head>
<body id="body" class="no-focus-outline">
<noscript>GraphiQL needs JavaScript.</noscript>
<div id="root"></div>
<script>${script}</script>
</body>
</html>
`;
  return { html, script_hash: `sha256-${new Bun.CryptoHasher("sha256").update(script).digest("base64")}` };
}

async function readAssets() {
  const module: Readonly<Record<string, unknown>> = await import(assetsPath);
  const asset = (name: string): string => {
    const text = module[name];
    if (typeof text !== "string") throw new Error(`render-graphiql has no ${name} any more`);
    return text;
  };
  return {
    css: asset("css"),
    editorWorkerService: asset("editorWorkerService"),
    favicon: asset("favicon"),
    graphqlWorker: asset("graphqlWorker"),
    js: asset("js"),
    jsonWorker: asset("jsonWorker"),
  };
}

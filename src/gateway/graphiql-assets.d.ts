/** Imported with `type: "file"`: where the file lies, on disk or inside the executable. */
declare module "*/render-graphiql/esm/graphiql.js" {
  const path: string;
  export default path;
}

/** Imported `with { type: "file" }`: the path of a file inside the compiled executable. */
declare module "*.wasm" {
  const path: string;
  export default path;
}

declare module "*.data" {
  const path: string;
  export default path;
}

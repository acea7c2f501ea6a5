/** Imported `with { type: "text" }`, so that it is inside the compiled executable. */
declare module "*.sql" {
  const text: string;
  export default text;
}

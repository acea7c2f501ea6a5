import { parser } from "@prometheus-io/lezer-promql";

/** The series that an expression looks at: each selector without range and offset, once. Throws where it is no PromQL. */
export function selectorsOf(expression: string): readonly string[] {
  const selectors = new Set<string>();
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`No PromQL at character ${node.from}: ${expression}`);
      if (node.name === "VectorSelector") selectors.add(expression.slice(node.from, node.to));
    },
  });
  return [...selectors];
}

import {
  BREAK,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  visit,
} from "graphql";
import { articleFields, subfields } from "./selection.ts";

/** A megabyte of content costs more to fetch and to send than a word; counting all matches more than a page of them. */
const content_weight = 10;
const total_weight = 10;

/** As REST: more than this on a page it refuses itself. */
const per_page_max = 100;

interface Asked {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: { readonly [variable: string]: unknown } | null | undefined;
}

/** What operations cost; undefined for those whose cost varies with their variables. */
const known = new WeakMap<OperationDefinitionNode, number | undefined>();

/** How much an operation asks for: articles × the weight of what is selected of each. Undefined when its variables do not fit it. */
export function costOf(asked: Asked): number | undefined {
  const operation = getOperationAST(asked.document, asked.operationName);
  if (!operation) return undefined;
  const fixed = known.get(operation);
  if (fixed !== undefined) return fixed;
  const cost = countCost(operation, asked);
  if (cost !== undefined && !known.has(operation)) known.set(operation, variesWithVariables(asked.document) ? undefined : cost);
  return cost;
}

function variesWithVariables(document: DocumentNode): boolean {
  let varies = false;
  visit(document, {
    Directive() {
      varies = true;
      return BREAK;
    },
    Argument({ name, value }) {
      if (name.value !== "perPage" || value.kind !== Kind.VARIABLE) return undefined;
      varies = true;
      return BREAK;
    },
  });
  return varies;
}

function countCost(operation: OperationDefinitionNode, { schema, document, variableValues: raw }: Asked): number | undefined {
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], raw ?? {}, { maxErrors: 0 });
  const type = schema.getRootType(operation.operation);
  if (!coerced || !type) return undefined;
  const scope = { fragments: fragmentsOf(document), variableValues: coerced };
  const root: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: "" }, selectionSet: operation.selectionSet };

  let cost = 0;
  for (const [name, nodes] of subfields([root], scope)) {
    const field = type.getFields()[name];
    if (field)
      for (const node of nodes) cost += costOfField(name, node, () => getArgumentValues(field, node, coerced)["perPage"]);
  }
  return cost;

  function costOfField(name: string, node: FieldNode, perPage: () => unknown): number {
    if (name === "searchArticles") return 1 + articlesOn(perPage()) * weightOf([node]);
    if (name !== "articles") return 1 + weightOf([node]);
    const selected = subfields([node], scope);
    const counted = selected.has("total") || selected.has("pages") ? total_weight : 0;
    return 1 + counted + articlesOn(perPage()) * weightOf(selected.get("items") ?? []);
  }

  function weightOf(nodes: readonly FieldNode[]): number {
    return articleFields(nodes, scope).reduce((sum, field) => sum + (field === "content" ? content_weight : 1), 0);
  }
}

function articlesOn(perPage: unknown): number {
  return typeof perPage === "number" ? Math.min(Math.max(perPage, 0), per_page_max) : 0;
}

function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}

import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
} from "graphql";
import type { ArticleField } from "../article/article.ts";
import { isArticleFieldName, restFields } from "./names.ts";

type Document = Pick<GraphQLResolveInfo, "fragments" | "variableValues">;

/**
 * The fields selected under `nodes`, by name, through fragments and with @skip and @include decided.
 * Fragments' type conditions need no look: no type of ours is abstract, so validation lets only matching ones through.
 */
export function subfields(nodes: readonly FieldNode[], document: Document): ReadonlyMap<string, readonly FieldNode[]> {
  const found = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  for (const node of nodes) collect(node.selectionSet?.selections ?? []);
  return found;

  function collect(selections: readonly SelectionNode[]): void {
    for (const selection of selections) {
      if (isIncluded(selection, document)) visit(selection);
    }
  }

  function visit(selection: SelectionNode): void {
    switch (selection.kind) {
      case Kind.FIELD: {
        const same = found.get(selection.name.value);
        if (same) same.push(selection);
        else found.set(selection.name.value, [selection]);
        return;
      }
      case Kind.INLINE_FRAGMENT:
        collect(selection.selectionSet.selections);
        return;
      case Kind.FRAGMENT_SPREAD: {
        const name = selection.name.value;
        if (spread.has(name)) return;
        spread.add(name);
        collect(document.fragments[name]?.selectionSet.selections ?? []);
        return;
      }
      default:
        selection satisfies never;
    }
  }
}

/** The fields of REST's article that the selection under `nodes` needs. */
export function articleFields(nodes: readonly FieldNode[], document: Document): readonly ArticleField[] {
  return [...subfields(nodes, document).keys()].filter(isArticleFieldName).map((name) => restFields[name]);
}

function isIncluded(selection: SelectionNode, { variableValues }: Document): boolean {
  if (!selection.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.["if"] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.["if"] !== false;
}

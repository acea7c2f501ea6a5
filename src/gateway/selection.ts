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

type Selected = ReadonlyMap<string, readonly FieldNode[]>;

/** What is selected under a field of a document whatever its variables are: documents are kept, and asked with again and again. */
const fixed = new WeakMap<FieldNode, Selected>();
const articleFieldsOf = new WeakMap<Selected, readonly ArticleField[]>();

/**
 * The fields selected under `nodes`, by name, through fragments and with @skip and @include decided.
 * Fragments' type conditions need no look: no type of ours is abstract, so validation lets only matching ones through.
 */
export function subfields(nodes: readonly FieldNode[], document: Document): Selected {
  const [only, second] = nodes;
  const known = only && second === undefined ? fixed.get(only) : undefined;
  if (known !== undefined) return known;
  const found = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  let varies = false;
  for (const node of nodes) collect(node.selectionSet?.selections ?? []);
  if (only && second === undefined && !varies) fixed.set(only, found);
  return found;

  function collect(selections: readonly SelectionNode[]): void {
    for (const selection of selections) {
      varies ||= (selection.directives?.length ?? 0) > 0;
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
  const selected = subfields(nodes, document);
  const known = articleFieldsOf.get(selected);
  if (known !== undefined) return known;
  const fields = [...selected.keys()].filter(isArticleFieldName).map((name) => restFields[name]);
  articleFieldsOf.set(selected, fields);
  return fields;
}

function isIncluded(selection: SelectionNode, { variableValues }: Document): boolean {
  if (!selection.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.["if"] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.["if"] !== false;
}

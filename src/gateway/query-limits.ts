import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type ParseOptions,
  parse,
  type SelectionSetNode,
  type Source,
  type ValidationContext,
  type ValidationRule,
} from "graphql";
import type { GatewayLimits } from "../config/config.ts";
import { limitExceeded } from "./limit-exceeded.ts";

/** What a query's text may ask for. Fragments count as often as they are spread. */
export type QueryLimits = Pick<GatewayLimits, "tokens_max" | "depth_max" | "aliases_max" | "directives_max">;

/** GraphQL's parser, that stops at `tokens_max`. */
export function parseWithin({ tokens_max }: QueryLimits) {
  return (source: string | Source, options?: ParseOptions): DocumentNode => {
    try {
      return parse(source, { ...options, maxTokens: tokens_max });
    } catch (error) {
      if (error instanceof GraphQLError && error.message.includes(`more that ${tokens_max} tokens`)) {
        throw limitExceeded("tokens", `more than ${tokens_max}`, tokens_max);
      }
      throw error;
    }
  };
}

interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
}

/** Depth, aliases and directives, each operation for itself: the others of a document are not run. */
export function limitRule(limits: QueryLimits): ValidationRule {
  return (context: ValidationContext): ASTVisitor => {
    const sizeOf = createMeter(context);
    return {
      OperationDefinition(operation) {
        const size = sizeOf(operation);
        const check = (name: string, found: number, allowed: number) => {
          if (found > allowed) context.reportError(limitExceeded(name, found, allowed, operation));
        };
        check("depth", size.depth, limits.depth_max);
        check("aliases", size.aliases, limits.aliases_max);
        check("directives", size.directives, limits.directives_max);
      },
    };
  };
}

const nothing: Size = { depth: 0, aliases: 0, directives: 0 };

/** Measures with each fragment measured once: fragments that spread each other twice would else take exponential time. */
function createMeter(context: ValidationContext): (node: OperationDefinitionNode) => Size {
  const measured = new Map<string, Size>();

  function ofSelections(set: SelectionSetNode | undefined): Size {
    let size = nothing;
    for (const selection of set?.selections ?? []) {
      const directives = selection.directives?.length ?? 0;
      size = sum(size, { ...nothing, directives });
      if (selection.kind === Kind.FIELD) size = sum(size, ofField(selection));
      else if (selection.kind === Kind.INLINE_FRAGMENT) size = sum(size, ofSelections(selection.selectionSet));
      else size = sum(size, ofFragment(context.getFragment(selection.name.value)));
    }
    return size;
  }

  function ofField(field: FieldNode): Size {
    const inner = ofSelections(field.selectionSet);
    // Introspection has a depth limit of its own in GraphQL's MaxIntrospectionDepthRule; GraphiQL's query is 13 deep.
    const depth = field.name.value.startsWith("__") ? 1 : inner.depth + 1;
    return { ...inner, depth, aliases: inner.aliases + (field.alias === undefined ? 0 : 1) };
  }

  function ofFragment(fragment: FragmentDefinitionNode | null | undefined): Size {
    if (!fragment) return nothing;
    const known = measured.get(fragment.name.value);
    if (known) return known;
    // Stands while it is being measured, so that a cycle ends; NoFragmentCyclesRule reports it.
    measured.set(fragment.name.value, nothing);
    const size = sum(ofSelections(fragment.selectionSet), { ...nothing, directives: fragment.directives?.length ?? 0 });
    measured.set(fragment.name.value, size);
    return size;
  }

  return (operation) => sum(ofSelections(operation.selectionSet), { ...nothing, directives: operation.directives?.length ?? 0 });
}

function sum(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    aliases: a.aliases + b.aliases,
    directives: a.directives + b.directives,
  };
}

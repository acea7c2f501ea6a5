import { connections } from "./connections.ts";
import { graphqlGenerated } from "./graphql.ts";
import { graphqlBombs } from "./graphql-bombs.ts";
import { headerInjection } from "./header-injection.ts";
import type { InputClass } from "./input-class.ts";
import { jsonBombs } from "./json-bombs.ts";
import { metacharacters } from "./metacharacters.ts";
import { pathTricks } from "./path-tricks.ts";
import { rawBytes } from "./raw-bytes.ts";
import { replicaGenerated, restGenerated } from "./rest-generated.ts";
import { tokensAndCursors } from "./tokens-and-cursors.ts";
import { unicode } from "./unicode.ts";

/** All that is tried; each has a file of its own. */
export const inputClasses: readonly InputClass[] = [
  restGenerated,
  replicaGenerated,
  jsonBombs,
  unicode,
  metacharacters,
  headerInjection,
  pathTricks,
  tokensAndCursors,
  graphqlGenerated,
  graphqlBombs,
  rawBytes,
  connections,
];

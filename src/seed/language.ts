export type Several<Item> = readonly [Item, ...Item[]];

/** A subject to write about. `name` is a noun phrase in the singular and the nominative: templates use it so that nothing has to agree. */
export interface Topic {
  readonly name: string;
  readonly category: string;
  readonly tags: Several<string>;
}

/** Given and family names that may stand together (where family names have a gender, one entry for each). */
export interface Names {
  readonly given: Several<string>;
  readonly family: Several<string>;
}

/**
 * What it takes to write in a language. Sentences are templates: `{topic}`, `{Topic}` (capitalised), `{place}` and `{time}`
 * (adverbials, complete with preposition), `{n}` (a number from 3 to 40).
 */
export interface Language {
  readonly code: string;
  readonly names: Several<Names>;
  readonly family_name_first: boolean;
  /** Between two sentences. */
  readonly space: string;
  readonly topics: Several<Topic>;
  readonly places: Several<string>;
  readonly times: Several<string>;
  readonly titles: Several<string>;
  readonly openings: Several<string>;
  readonly middles: Several<string>;
  readonly closings: Several<string>;
}

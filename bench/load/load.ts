/** What a generator sends, whoever is at the other end: each request takes one of `paths` and one of `bodies` at random. */
export interface Load {
  readonly method: "GET" | "POST";
  readonly paths: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON texts of one line each. */
  readonly bodies?: readonly string[];
}

export interface LoadOptions {
  readonly url: string;
  readonly load: Load;
  readonly connections: number;
  readonly duration_s: number;
  /** Draws other requests at random than another seed. */
  readonly seed: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly duration_s: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** Answers of status 400 and above. */
  readonly refused: number;
  /** Requests that got no answer: connections that broke, time-outs. */
  readonly unanswered: number;
}

export interface Generator {
  readonly name: string;
  run(options: LoadOptions): Promise<LoadResult>;
}

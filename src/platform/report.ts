/** How a long command tells how far it has come, be it to a terminal, a pipe or another process. Cheap enough to call at every step. */
export interface Report {
  progress(done: number, total: number): void;
  /** One line for a person. */
  note(text: string): void;
}

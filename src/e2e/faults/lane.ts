/** Work that is done one after another on one fixture, which the first opens; lanes themselves run side by side. */
export interface Lane<Fixture> {
  inTurn<Result>(work: (fixture: Fixture) => Promise<Result>): Promise<Result>;
  /** Waits for whoever is in it. */
  close(): Promise<void>;
}

export function createLane<Fixture extends AsyncDisposable>(open: () => Promise<Fixture>): Lane<Fixture> {
  let opened: Promise<Fixture> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    inTurn(work) {
      opened ??= open();
      const fixture = opened;
      const turn = last.then(async () => work(await fixture));
      last = turn.catch(() => {});
      return turn;
    },
    async close() {
      await last;
      const fixture = await opened?.catch(() => undefined);
      await fixture?.[Symbol.asyncDispose]();
    },
  };
}

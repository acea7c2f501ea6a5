export interface Progress {
  /** One line on stderr, with the time since the start. */
  tell(line: string): void;
}

export function createProgress(): Progress {
  const began = performance.now();
  return {
    tell(line) {
      const seconds = Math.round((performance.now() - began) / 1000);
      process.stderr.write(`${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, "0")}  ${line}\n`);
    },
  };
}

import { readdirSync } from "node:fs";

/** A port whose connections are counted with those of the others. */
export interface Listener {
  /** Closes connections between two requests. */
  closeIdle(): void;
  /** Off: every answer ends its connection. */
  keepAlive(on: boolean): void;
}

export interface ConnectionLimitParts {
  readonly connections_max: number;
  readonly listeners: readonly Listener[];
  /** Of this process; undefined where that cannot be known. */
  readonly countOpenFiles?: () => number | undefined;
  readonly hooks: {
    onCrowded(open: number): void;
    onRoomAgain(open: number): void;
  };
}

export interface ConnectionLimit extends Disposable {
  look(): void;
}

const look_every_ms = 500;
/** There is room again when a tenth of it is free. */
const room_share = 0.9;

/**
 * Keeps connections from piling up: over the limit those between two requests are closed, and answers end theirs, until there is room again.
 * What is left then is in the middle of something, and each such thing has a deadline. Bun 1.4.5 can refuse none, and knows not how
 * many there are: the process's open files stand for them.
 */
export function limitConnections({
  connections_max,
  listeners,
  hooks,
  countOpenFiles = openFiles,
}: ConnectionLimitParts): ConnectionLimit {
  let crowded = false;

  function look(): void {
    const open = countOpenFiles();
    if (open === undefined) return;
    const is_crowded = open > (crowded ? connections_max * room_share : connections_max);
    for (const listener of listeners) {
      if (is_crowded) listener.closeIdle();
      if (is_crowded !== crowded) listener.keepAlive(!is_crowded);
    }
    if (is_crowded && !crowded) hooks.onCrowded(open);
    if (!is_crowded && crowded) hooks.onRoomAgain(open);
    crowded = is_crowded;
  }

  const timer = setInterval(look, look_every_ms);
  return { look, [Symbol.dispose]: () => clearInterval(timer) };
}

function openFiles(): number | undefined {
  try {
    return readdirSync("/dev/fd").length;
  } catch {
    return undefined;
  }
}

import type { Slots } from "./slots.ts";

export interface RoomParts {
  readonly requests_max: number;
  /** Of bodies. */
  readonly bytes_max: number;
  /** For requests with large bodies, to be worked on a few at a time. */
  readonly large: Slots;
}

/** Room for so many requests, and so many bytes of their bodies, at once: what is beyond is better told to come again than kept waiting. */
export interface Room {
  isFull(): boolean;
  /** Whether one more request may be worked on; then `leave` has to be called. */
  enter(): boolean;
  leave(): void;
  /** Whether there is memory for so many bytes more; then `drop` has to be called with as many. */
  hold(bytes: number): boolean;
  drop(bytes: number): void;
  /** The turn of a request with so large a body, which is at once for a small one; resolves with what ends it. */
  turn(bytes: number, signal?: AbortSignal): Promise<() => void>;
}

/** Up to here a body is worked on within a millisecond; one of a megabyte keeps the event loop, and a core of PostgreSQL, busy for many. */
const large_from_bytes = 65_536;

export function createRoom({ requests_max, bytes_max, large }: RoomParts): Room {
  let requests = 0;
  let held_bytes = 0;
  return {
    isFull: () => requests >= requests_max,
    enter() {
      if (requests >= requests_max) return false;
      requests++;
      return true;
    },
    leave() {
      requests--;
    },
    hold(bytes) {
      if (held_bytes + bytes > bytes_max) return false;
      held_bytes += bytes;
      return true;
    },
    drop(bytes) {
      held_bytes -= bytes;
    },
    turn: async (bytes, signal) => (bytes < large_from_bytes ? nothing : large.take(signal)),
  };
}

function nothing(): void {}

/** What one request has of a room, to be given back at once when it is over. */
export interface Share extends Pick<Room, "hold" | "drop"> {
  /** Waits for the turn of a body of this size. */
  turn(bytes: number): Promise<void>;
  giveBack(): void;
}

export function createShare(room: Room, signal: AbortSignal): Share {
  let held_bytes = 0;
  let endTurn = nothing;
  return {
    hold(bytes) {
      if (!room.hold(bytes)) return false;
      held_bytes += bytes;
      return true;
    },
    drop(bytes) {
      held_bytes -= bytes;
      room.drop(bytes);
    },
    async turn(bytes) {
      endTurn = await room.turn(bytes, signal);
    },
    giveBack() {
      endTurn();
      room.drop(held_bytes);
    },
  };
}

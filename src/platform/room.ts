export interface RoomSize {
  readonly requests_max: number;
  /** Of bodies. */
  readonly bytes_max: number;
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
}

/** What one request holds of a room, to be dropped at once when it is over. */
export function createHolding(room: Pick<Room, "hold" | "drop">) {
  let held_bytes = 0;
  return {
    hold(bytes: number): boolean {
      if (!room.hold(bytes)) return false;
      held_bytes += bytes;
      return true;
    },
    drop(bytes: number): void {
      held_bytes -= bytes;
      room.drop(bytes);
    },
    dropAll(): void {
      this.drop(held_bytes);
    },
  };
}

export function createRoom({ requests_max, bytes_max }: RoomSize): Room {
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
  };
}

/** Short enough to be typed. */
export function newSeed(): string {
  return String(Math.floor(Math.random() * 1_000_000));
}

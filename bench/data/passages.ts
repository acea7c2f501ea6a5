/** Made-up words, so that nothing but what we put there is found. */
export const passage_count = 1_000;
export const passages_per_article = 5;
const passage_length = 210;
const word_count = 4_000;

const frequent = ["the", "of", "and", "to", "in", "is", "that", "for", "with", "as", "on", "by", "this", "from", "or", "an"];
const syllables = ["ba", "cor", "del", "fen", "gri", "hol", "ju", "kes", "lam", "mo", "nar", "pel", "qui", "ros", "sta", "tul", "ven", "wim", "yor", "zed"]; // biome-ignore format: one list

/** The same passages in every run. One in fifty has letters that are not ASCII, so one article in ten has. */
export function makePassages(): string[] {
  const random = createRandom(20_261_123);
  const pick = <Item>(items: readonly Item[], index: number) => items[Math.floor(index) % items.length] ?? items[0];
  const words = Array.from({ length: word_count }, () =>
    Array.from({ length: 2 + Math.floor(random() * 3) }, () => pick(syllables, random() * syllables.length)).join(""),
  );
  return Array.from({ length: passage_count }, (_, number) => {
    let passage = "";
    while (passage.length < passage_length) {
      // Few words are frequent, most are rare: the product of two dice leans to the front.
      const word = random() < 0.35 ? pick(frequent, random() * frequent.length) : pick(words, random() * random() * word_count);
      passage += `${passage === "" ? "" : " "}${word}`;
    }
    return `${passage.charAt(0).toUpperCase()}${passage.slice(1)}${number % 50 === 0 ? " – così è" : ""}.`;
  });
}

/** Mulberry32: small, and the same numbers everywhere. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

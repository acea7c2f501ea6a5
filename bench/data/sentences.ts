/** Made-up words, so that nothing but what we put there is found, in sentences of a hundred letters. */
const sentence_count = 2_000;
const word_count = 4_000;

const frequent = ["the", "of", "and", "to", "in", "is", "that", "for", "with", "as", "on", "by", "this", "from", "or", "an"];
const syllables = ["ba", "cor", "del", "fen", "gri", "hol", "ju", "kes", "lam", "mo", "nar", "pel", "qui", "ros", "sta", "tul", "ven", "wim", "yor", "zed"]; // biome-ignore format: one list

/** The same sentences in every run. One in a hundred has letters that are not ASCII, so one article in ten has. */
export function makeSentences(): string[] {
  const random = createRandom(20_261_123);
  const pick = <Item>(items: readonly Item[], index: number) => items[Math.floor(index) % items.length] ?? items[0];
  const words = Array.from({ length: word_count }, () =>
    Array.from({ length: 2 + Math.floor(random() * 3) }, () => pick(syllables, random() * syllables.length)).join(""),
  );
  return Array.from({ length: sentence_count }, (_, number) => {
    let sentence = "";
    while (sentence.length < 100) {
      // Few words are frequent, most are rare: the product of two dice leans to the front.
      const word = random() < 0.35 ? pick(frequent, random() * frequent.length) : pick(words, random() * random() * word_count);
      sentence += `${sentence === "" ? "" : " "}${word}`;
    }
    return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${number % 100 === 0 ? " – così è" : ""}.`;
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

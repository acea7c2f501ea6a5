import { batch_records_max } from "./event-log.ts";

/** With its copies as text and as a statement's value this stays well under 100 MiB, whatever is on the topic. */
export const batch_bytes_max = 8 * 1024 * 1024;

/** Cuts `items` into runs of at most `batch_records_max` and about `batch_bytes_max`, in order; a larger item stands alone. */
export function* slices<Item>(
  items: readonly Item[],
  bytesOf: (item: Item) => number,
  { records_max = batch_records_max, bytes_max = batch_bytes_max } = {},
): Generator<readonly Item[]> {
  let begin = 0;
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const size = bytesOf(item);
    if (index > begin && (index - begin === records_max || bytes + size > bytes_max)) {
      yield items.slice(begin, index);
      begin = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (begin < items.length) yield items.slice(begin);
}

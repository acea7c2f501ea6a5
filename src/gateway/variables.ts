/**
 * How many values there are in `variables`, members and elements at any depth; stops counting behind `count_max`. graphql-js takes
 * each apart, and for an error in one writes out its whole surroundings.
 */
export function countValues(variables: unknown, count_max: number): number {
  let count = 0;
  const open: unknown[] = [variables];
  for (let value = open.pop(); value !== undefined && count <= count_max; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    for (const name in value) {
      if (++count > count_max) break;
      const inner: unknown = Reflect.get(value, name);
      if (typeof inner === "object" && inner !== null) open.push(inner);
    }
  }
  return count;
}

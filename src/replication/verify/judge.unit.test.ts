import { describe, expect, test } from "bun:test";
import { judge } from "./judge.ts";
import type { Look, PrimaryState, ReplicaState } from "./look.ts";

const equal = { is: "equal" } as const;
const primary = (version: number, over: Partial<PrimaryState> = {}): PrimaryState => ({
  version,
  bits: `v${version}`,
  views: 0,
  ...over,
});
const article = (version: number, over: Partial<NonNullable<ReplicaState["article"]>> = {}) => ({
  epoch: 1,
  version,
  deleted: false,
  bits: `v${version}`,
  ...over,
});
const look = (
  ours: PrimaryState | undefined,
  theirs: ReplicaState["article"],
  views: number | undefined = theirs && 0,
): Look => ({
  id: 1,
  primary: ours,
  replica: { ...(theirs && { article: theirs }), ...(views !== undefined && { views }) },
  epoch: 1,
});

describe("an article that is written to while it is looked at", () => {
  test("is no difference once DB2 has the version that was seen first, however far DB1 has gone on", () => {
    expect(judge(look(primary(3), article(2)), look(primary(9), article(3)))).toEqual([equal, equal]);
  });

  test("is pending while DB2 has an older version than was seen first", () => {
    expect(judge(look(primary(3), article(1)), look(primary(9), article(2)))[0]).toEqual({ is: "pending", kind: "older" });
  });

  test("is looked at anew when it is deleted meanwhile: its deletion is on its way", () => {
    expect(judge(look(primary(3), article(3)), look(undefined, article(3)))[0]).toEqual({ is: "again" });
  });

  test("is equal when it was created after the first look", () => {
    expect(judge(look(undefined, undefined), look(primary(2), article(1)))).toEqual([equal, equal]);
  });
});

describe("what no event on its way can explain is certain at once:", () => {
  test.each([
    ["another content under the same version", article(3, { bits: "by hand" }), "content"],
    ["a version that DB1 has not given yet", article(4), "newer"],
    ["an epoch that DB1 has not begun yet", article(1, { epoch: 2 }), "newer"],
    ["a tombstone of an article that is there", article(4, { deleted: true }), "missing"],
  ] as const)("%s", (_, theirs, kind) => {
    const now = look(primary(3), theirs);
    expect(judge(now, now)[0]).toEqual({ is: "certain", kind });
  });

  test("more views than DB1 has counted", () => {
    const now = look(primary(3), article(3), 7);
    expect(judge(now, now)).toEqual([equal, { is: "certain", kind: "views" }]);
  });
});

describe("what may still arrive is pending:", () => {
  test("an article that DB2 has not got", () => {
    const now = look(primary(1), undefined);
    expect(judge(now, now)).toEqual([{ is: "pending", kind: "missing" }]);
  });

  test("an article that DB1 no longer has", () => {
    const now = look(undefined, article(2));
    expect(judge(now, now)).toEqual([{ is: "pending", kind: "extra" }]);
  });

  test("what is of an older epoch, while a resync may bring it", () => {
    const now = { ...look(primary(3), article(8)), epoch: 2 };
    expect(judge(now, now)[0]).toEqual({ is: "pending", kind: "newer" });
  });

  test("fewer views than DB1 had at first, but not than it has by now", () => {
    const first = look(primary(3, { views: 5 }), article(3), 4);
    expect(judge(first, first)[1]).toEqual({ is: "pending", kind: "views" });
    expect(judge(first, look(primary(3, { views: 9 }), article(3), 5))[1]).toEqual(equal);
  });

  test("a count beside no article", () => {
    const now = look(undefined, undefined, 3);
    expect(judge(now, now)).toEqual([equal, { is: "pending", kind: "views" }]);
  });
});

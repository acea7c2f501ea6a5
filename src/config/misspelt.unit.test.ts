import { expect, test } from "bun:test";
import { unknownVariables } from "./misspelt.ts";

test("a misspelt variable is named with the one that was meant", () => {
  expect(unknownVariables({ DB1_PASWORD: "x" })).toEqual([
    "DB1_PASWORD is set, but there is no such variable; did you mean DB1_PASSWORD?",
  ]);
});

test("a variable with our prefix that is near to none is named alone", () => {
  expect(unknownVariables({ KAFKA_OPTS: "-X" })).toEqual(["KAFKA_OPTS is set, but there is no such variable"]);
});

test("known variables and those of others are left in peace", () => {
  expect(unknownVariables({ DB1_HOST: "x", PATH: "/bin", API_PROT: "1" })).toEqual([]);
});

import { describe, expect, test } from "bun:test";
import { AppError } from "../article/errors.ts";
import { databaseError, sqlState } from "./sql-errors.ts";

function withCode(code: string, message = "something at 10.0.0.7"): Error {
  return Object.assign(new Error(message), { code });
}

describe("the SQLSTATE of an error", () => {
  test.each(["23505", "22P02", "40001", "57P01", "P0001", "XX000", "0A000"])("%s is one", (code) => {
    expect(sqlState(withCode(code))).toBe(code);
  });

  test.each(["EPIPE", "E2BIG", "ECONNREFUSED", "ERR_X", ""])("%p of Node is none", (code) => {
    expect(sqlState(withCode(code))).toBeUndefined();
  });

  test("what is no error has none", () => {
    expect([sqlState(undefined), sqlState("23505"), sqlState({ code: "23505" }), sqlState(new Error("x"))]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("to a caller", () => {
  test.each(["ECONNREFUSED", "EPIPE", "57P01", "57P03", "08006", "53300", "28P01", "3D000", "57P05"])(
    "%s is unavailable",
    (code) => {
      const cause = withCode(code);
      const error = databaseError(cause, "replica");
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: "unavailable", message: "The replica database is not available.", cause });
    },
  );

  test("a connection that ended without a code is unavailable", () => {
    expect(databaseError(new Error("Connection terminated unexpectedly"), "primary")).toMatchObject({ code: "unavailable" });
  });

  test("a cancelled statement, and an answer that never came, are timeouts", () => {
    expect(databaseError(withCode("57014"), "primary")).toMatchObject({ code: "timeout" });
    expect(databaseError(new Error("Query read timeout"), "primary")).toMatchObject({ code: "timeout" });
  });

  test.each(["23505", "22021", "42P01", "40P01", "55P03", "25006"])("%s passes as it is", (code) => {
    const error = withCode(code);
    expect(databaseError(error, "primary")).toBe(error);
  });

  test("an AppError passes as it is", () => {
    const error = new AppError("conflict", "no");
    expect(databaseError(error, "primary")).toBe(error);
  });
});

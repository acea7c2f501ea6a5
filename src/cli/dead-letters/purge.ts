import { PurgeLettersResultSchema, purgeLetters } from "../../control/dead-letters.ts";
import { defineCommand, exitCodes, UsageError } from "../command.ts";
import { askForLetters } from "./ask.ts";
import { checkIds } from "./ids.ts";
import { ageOption } from "./instants.ts";
import { printed, purgeText } from "./text.ts";

/** `blog dlq purge`. */
export const purge = defineCommand({
  about: "Forgets dead letters for good. What was not replayed then stays missing in DB2 until the article is written again.",
  operands: "[ID…]",
  options: {
    all: { type: "boolean", about: "replay, purge: all of them" },
    "older-than": { type: "string", value: "AGE", about: "purge: those that failed longer ago than this, like 12h or 30d" },
    json: { type: "boolean", about: "print JSON" },
  },
  async run({ all = false, "older-than": age, json = false }, terminal, operands) {
    const ids = checkIds(operands);
    const ways = [all, age !== undefined, ids.length > 0].filter(Boolean).length;
    if (ways !== 1) throw new UsageError("dlq purge takes IDs, or --all, or --older-than");
    const args = { ...(ids.length > 0 && { ids }), ...(age !== undefined && { before: ageOption("older-than", age) }) };
    const call = { command: "dlq-purge", args, result: PurgeLettersResultSchema };
    const result = await askForLetters(terminal, call, (parts) => purgeLetters(parts, args));
    terminal.out(json ? printed(result) : purgeText(result));
    return result.missing.length === 0 ? exitCodes.done : exitCodes.failed;
  },
});

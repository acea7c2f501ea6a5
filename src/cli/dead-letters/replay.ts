import { ReplayLettersResultSchema, replayAll } from "../../control/dead-letters.ts";
import { defineCommand, exitCodes, UsageError } from "../command.ts";
import { showProgress } from "../progress.ts";
import { askForLetters } from "./ask.ts";
import { checkIds } from "./ids.ts";
import { printed, replayText } from "./text.ts";

/** `blog dlq replay`. */
export const replay = defineCommand({
  about: "Sends dead letters through the event log once more, byte for byte.",
  operands: "[ID…]",
  options: {
    all: { type: "boolean", about: "replay, purge: all of them" },
    force: { type: "boolean", about: "replay: also those that were replayed before" },
    json: { type: "boolean", about: "print JSON" },
  },
  async run({ all = false, force = false, json = false }, terminal, operands) {
    const ids = checkIds(operands);
    if (all === ids.length > 0) throw new UsageError("dlq replay takes IDs, or --all");
    const args = { force, ...(!all && { ids }) };
    using report = showProgress(terminal, "dead letters");
    const call = { command: "dlq-replay", args, result: ReplayLettersResultSchema, report, replays: true };
    const result = await askForLetters(terminal, call, async (parts, signal) => {
      const outcome = await replayAll(parts, args, report, signal);
      await parts.delivered(signal);
      return outcome;
    });
    report[Symbol.dispose]();
    terminal.out(json ? printed(result) : replayText(result));
    return result.missing.length + result.failed.length === 0 ? exitCodes.done : exitCodes.failed;
  },
});

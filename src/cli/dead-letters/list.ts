import { ListLettersResultSchema, list_limit_max, listLetters } from "../../control/dead-letters.ts";
import { defineCommand, exitCodes, integerOption } from "../command.ts";
import { askForLetters } from "./ask.ts";
import { instantOption } from "./instants.ts";
import { lettersText, printed } from "./text.ts";

const limit_default = 1_000;

/** `blog dlq list`. */
export const list = defineCommand({
  about: "Lists dead letters, the newest first.",
  options: {
    reason: { type: "string", value: "REASON", about: "list: only those with this reason" },
    since: { type: "string", value: "WHEN", about: "list: only those that failed since, like 2h or 2026-11-23T09:30:00Z" },
    limit: { type: "string", value: "N", about: `list: only the newest N [${limit_default}]` },
    json: { type: "boolean", about: "print JSON" },
  },
  async run({ reason, since, limit, json = false }, terminal) {
    const args = {
      limit: integerOption("limit", limit, { min: 1, max: list_limit_max, default: limit_default }),
      ...(reason !== undefined && { reason }),
      ...(since !== undefined && { since: instantOption("since", since) }),
    };
    const call = { command: "dlq-list", args, result: ListLettersResultSchema };
    const result = await askForLetters(terminal, call, (parts) => listLetters(parts, args));
    terminal.out(json ? printed(result) : lettersText(result));
    return exitCodes.done;
  },
});

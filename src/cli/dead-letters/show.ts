import { ShowLetterResultSchema, showLetter } from "../../control/dead-letters.ts";
import { defineCommand, exitCodes, UsageError } from "../command.ts";
import { askForLetters } from "./ask.ts";
import { checkIds } from "./ids.ts";
import { letterText, printed } from "./text.ts";

/** `blog dlq show`. */
export const show = defineCommand({
  about: "Shows a dead letter: its event, the error, and where it comes from.",
  operands: "ID",
  options: { json: { type: "boolean", about: "print JSON" } },
  async run({ json = false }, terminal, operands) {
    const [id, ...more] = checkIds(operands);
    if (id === undefined || more.length > 0) throw new UsageError("dlq show takes one ID");
    const call = { command: "dlq-show", args: { id }, result: ShowLetterResultSchema };
    const letter = await askForLetters(terminal, call, (parts) => showLetter(parts, { id }));
    if (letter === null) throw new Error(`There is no dead letter ${id}`);
    terminal.out(json ? printed(letter) : letterText(letter));
    return exitCodes.done;
  },
});

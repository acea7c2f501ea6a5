import { messages, type PGlite, protocol } from "@electric-sql/pglite";
import { columnParser } from "../store/column-value.ts";
import type { QueryResult } from "../store/database.ts";
import { controlKindOf, type DatabaseHooks, observed } from "../store/database-hooks.ts";
import { parameterText } from "../store/parameter-text.ts";
import { kindOf } from "../store/statement-names.ts";
import type { Session } from "../store/transaction.ts";

const { serialize } = protocol;
type Message = messages.RowDescriptionMessage | messages.DataRowMessage | messages.CommandCompleteMessage | object;

export interface PgliteSession extends Session {
  /** Between transactions: a new one can begin. */
  isIdle(): boolean;
}

/**
 * Speaks PostgreSQL's protocol with PGlite, a whole statement in one message. PGlite's own `query` takes six, parses and plans
 * each time, and knows no named statements: measured 213 µs for a read by id, against 67 µs here.
 * To be used by one caller at a time: this way passes by PGlite's own locks.
 */
export function createPgliteSession(pglite: PGlite, hooks: DatabaseHooks): PgliteSession {
  const prepared = new Map<string, string>();
  let status = "I";

  async function send(parts: readonly Uint8Array[]): Promise<readonly Message[]> {
    // Not thrown by PGlite: it would drop the status that comes behind the error.
    const answers = await pglite.execProtocolStream(Buffer.concat(parts), { syncToFs: false, throwOnError: false });
    const ready = answers.at(-1);
    if (!(ready instanceof messages.ReadyForQueryMessage)) throw new Error("PGlite did not end its answer.");
    status = ready.status;
    const error = answers.find((message) => message instanceof messages.DatabaseError);
    if (error) throw error;
    return answers;
  }

  async function prepare(name: string, text: string): Promise<void> {
    const known = prepared.get(name);
    if (known === text) return;
    if (known !== undefined) throw new Error(`Prepared statements must be unique - '${name}' has two texts`);
    await send([serialize.parse({ name, text }), serialize.sync()]);
    prepared.set(name, text);
  }

  return {
    isIdle: () => status === "I",
    discard() {},
    query(statement, values = []) {
      const { name = "", text } = statement;
      const bound = values.map(parameterText);
      return observed(hooks, kindOf(statement), async () => {
        if (name !== "") await prepare(name, text);
        const parts = [
          serialize.bind({ statement: name, values: bound }),
          serialize.describe({ type: "P" }),
          serialize.execute({}),
          serialize.sync(),
        ];
        return toResult(await send(name === "" ? [serialize.parse({ text }), ...parts] : parts));
      });
    },
    control: (text) =>
      observed(hooks, controlKindOf(text), async () => {
        const answers = await send([serialize.query(text)]);
        return answers.findLast((message) => message instanceof messages.CommandCompleteMessage)?.text ?? "";
      }),
  };
}

function toResult<Row>(answers: readonly Message[]): QueryResult<Row> {
  let columns: readonly { readonly name: string; readonly parse: (text: string) => unknown }[] = [];
  const rows: Row[] = [];
  let row_count = 0;
  for (const message of answers) {
    if (message instanceof messages.RowDescriptionMessage) {
      columns = message.fields.map((field) => ({ name: field.name, parse: columnParser(field.dataTypeID) }));
    } else if (message instanceof messages.DataRowMessage) {
      const entries = columns.map(({ name, parse }, index) => {
        const text = message.fields[index] ?? null;
        return [name, text === null ? null : parse(text)] as const;
      });
      // The caller names the row's type, as with pg: it wrote the statement.
      rows.push(Object.fromEntries(entries) as Row);
    } else if (message instanceof messages.CommandCompleteMessage) {
      row_count = Number(/\d+$/.exec(message.text)?.[0] ?? 0);
    }
  }
  return { rows, row_count };
}

import { type MigrateResult, MigrateResultSchema, migrateDatabases } from "../control/migrate.ts";
import { createLog } from "../platform/log.ts";
import { besideOrAlone } from "./beside.ts";
import { defineCommand, exitCodes, UsageError, wordOption } from "./command.ts";
import { loadFor } from "./configuration.ts";
import { openCommandDatabases } from "./databases.ts";
import { columns } from "./help.ts";
import { showProgress } from "./progress.ts";

const targets = { primary: ["primary"], replica: ["replica"], all: ["primary", "replica"] } as const;

/** `blog migrate`. */
export const migrate = defineCommand({
  about: `Applies pending migrations (they are inside the executable), under an advisory lock.
Without --target those of the database that the role owns: api DB1, sync DB2, all both.`,
  options: {
    target: { type: "string", value: "TARGET", about: "primary, replica or all [by BLOG_ROLE]" },
    status: { type: "boolean", about: "only show which are applied and which are pending" },
    json: { type: "boolean", about: "print JSON" },
  },
  async run({ target: text, status = false, json = false }, terminal) {
    const target = wordOption("target", text, ["primary", "replica", "all"]);
    const config = loadFor(terminal, { command: "migrate", ...(target === undefined ? {} : { databases: targets[target] }) });
    const databases = (["primary", "replica"] as const).filter((name) => config[name] !== undefined);
    if (databases.length === 0) throw new UsageError("the gateway role owns no database; name one by --target");
    const args = { databases, status };
    const log = createLog(config.log);
    using report = showProgress(terminal, "databases");
    const result = await besideOrAlone(
      {
        database: config.primary ?? config.replica,
        command: "migrate",
        args,
        makes_databases: !status,
        result: MigrateResultSchema,
        report,
      },
      async () => {
        await using opened = await openCommandDatabases(config, log);
        return await migrateDatabases({ databases: opened.databases, log }, args);
      },
    );
    terminal.out(json ? `${JSON.stringify(result, null, 2)}\n` : describe(result, status));
    return exitCodes.done;
  },
});

function describe({ databases }: MigrateResult, status: boolean): string {
  return databases.map((database) => (status ? describeStatus(database) : describeApplied(database))).join("");
}

type DatabaseResult = MigrateResult["databases"][number];

function describeStatus({ name, migrations }: DatabaseResult): string {
  return `${name}\n${columns(migrations.map((migration) => [migration.name, `${migration.state}  ${migration.applied_at ?? ""}`]))}\n`;
}

function describeApplied({ name, applied }: DatabaseResult): string {
  return `${name}: ${applied.length === 0 ? "nothing to apply" : `applied ${applied.join(", ")}`}\n`;
}

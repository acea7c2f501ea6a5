import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { configurationFile, readConfiguration } from "./configuration.ts";

const Texts = Type.Record(Type.String(), Type.String());

const RecordingRule = Type.Object({ record: Type.String(), expr: Type.String(), labels: Type.Optional(Texts) });
export type RecordingRule = Static<typeof RecordingRule>;

const Alert = Type.Object({
  alert: Type.String(),
  expr: Type.String(),
  labels: Type.Object({ severity: Type.String() }),
  annotations: Type.Object({ summary: Type.String(), description: Type.String(), runbook_url: Type.String() }),
});
export type Alert = Static<typeof Alert>;

const RuleFile = Type.Object({
  groups: Type.Array(Type.Object({ name: Type.String(), rules: Type.Array(Type.Union([RecordingRule, Alert])) })),
});

export interface Rules {
  readonly files: readonly string[];
  readonly recordings: readonly RecordingRule[];
  readonly alerts: readonly Alert[];
}

/** The rules that prometheus.yml names. Throws when one lacks what each must have: an alert its severity, texts and runbook. */
export function readRules(): Rules {
  const folder = dirname(configurationFile);
  const files = readConfiguration().rule_files.map((file) => join(folder, file));
  const rules = files.flatMap((file) => {
    const parsed: unknown = Bun.YAML.parse(readFileSync(file, "utf8"));
    Value.Assert(RuleFile, parsed);
    return parsed.groups.flatMap((group) => group.rules);
  });
  return {
    files,
    recordings: rules.flatMap((rule) => ("record" in rule ? [rule] : [])),
    alerts: rules.flatMap((rule) => ("alert" in rule ? [rule] : [])),
  };
}

const ExpectedAlert = Type.Object({ exp_labels: Texts });

const RuleTests = Type.Object({
  tests: Type.Array(
    Type.Object({
      alert_rule_test: Type.Array(
        Type.Object({ alertname: Type.String(), exp_alerts: Type.Optional(Type.Array(ExpectedAlert)) }),
      ),
    }),
  ),
});

/** What promtool's tests expect of the alerts. */
export interface RuleTestCases {
  readonly files: readonly string[];
  /** An alert with its severity: each that some case sees fire. */
  readonly fired: ReadonlySet<string>;
  /** The names of those that some case sees quiet. */
  readonly quiet: ReadonlySet<string>;
}

export function readRuleTests(): RuleTestCases {
  const folder = join(dirname(configurationFile), "tests");
  const files = [...new Bun.Glob("*.yml").scanSync({ cwd: folder, absolute: true })].sort();
  const fired = new Set<string>();
  const quiet = new Set<string>();
  for (const file of files) {
    const parsed: unknown = Bun.YAML.parse(readFileSync(file, "utf8"));
    Value.Assert(RuleTests, parsed);
    for (const { alertname, exp_alerts = [] } of parsed.tests.flatMap((test) => test.alert_rule_test)) {
      if (exp_alerts.length === 0) quiet.add(alertname);
      for (const { exp_labels } of exp_alerts) fired.add(`${alertname} ${exp_labels["severity"]}`);
    }
  }
  return { files, fired, quiet };
}

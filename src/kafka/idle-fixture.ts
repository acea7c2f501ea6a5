import { silentHooks } from "./hooks.ts";
import { openKafkaLog } from "./kafka-log.ts";
import { testConfig, testLog } from "./test-log.ts";

// A process with a consumer and a producer that have nothing to do. Prints how often it woke up in five seconds.
const [brokers = "", topic = ""] = process.argv.slice(2);
const settled_ms = 2000;
const measured_ms = 5000;

await using log = openKafkaLog(testConfig(brokers.split(","), topic), { log: testLog, hooks: silentHooks });
await log.publish([{ key: "1", value: "{}", headers: {}, outbox_id: 1 }]);
const consumed = Promise.withResolvers<void>();
await log.consume(async () => consumed.resolve());
await consumed.promise;
await Bun.sleep(settled_ms);
const before = process.resourceUsage().voluntaryContextSwitches;
await Bun.sleep(measured_ms);
process.stdout.write(String(process.resourceUsage().voluntaryContextSwitches - before));

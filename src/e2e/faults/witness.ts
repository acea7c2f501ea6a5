import type { DatabaseSession } from "./database-session.ts";

/** Sees every change of an article in DB2 that must never be. */
export interface Witness {
  /** What it has seen so far, in words. */
  seen(): Promise<readonly string[]>;
}

/**
 * Triggers in DB2 itself instead of looks from outside, between which a version could go down and up again unseen. They are part of
 * the transaction that they see, so what they have written survives every crash that the change survives.
 */
export async function installWitness(replica: DatabaseSession): Promise<Witness> {
  await replica.query(`
    CREATE TABLE fault_witness (n bigint GENERATED ALWAYS AS IDENTITY, what text NOT NULL);
    CREATE FUNCTION fault_witness() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO fault_witness (what) VALUES (format('article %s went from %s.%s%s to %s', OLD.id, OLD.epoch, OLD.version,
        CASE WHEN OLD.deleted THEN ', deleted,' ELSE '' END,
        CASE WHEN TG_OP = 'DELETE' THEN 'nothing' ELSE format('%s.%s', NEW.epoch, NEW.version) END));
      RETURN NULL;
    END $$;
    CREATE TRIGGER fault_witness_back AFTER UPDATE ON articles FOR EACH ROW
      WHEN ((NEW.epoch, NEW.version) < (OLD.epoch, OLD.version) OR (OLD.deleted AND NOT NEW.deleted)) EXECUTE FUNCTION fault_witness();
    CREATE TRIGGER fault_witness_gone AFTER DELETE ON articles FOR EACH ROW EXECUTE FUNCTION fault_witness()`);
  return {
    async seen() {
      const rows = await replica.query<{ what: string }>("SELECT what FROM fault_witness ORDER BY n");
      return rows.map(({ what }) => what);
    },
  };
}

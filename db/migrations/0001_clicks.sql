-- Clicks are many and old ones are dropped by the month, so the table is partitioned; drizzle cannot express that.
CREATE TABLE "clicks" (
  "id" uuid NOT NULL,
  "workspace_id" uuid NOT NULL,
  "campaign_id" uuid NOT NULL,
  "link_id" uuid NOT NULL,
  "clicked_at" timestamp(3) with time zone NOT NULL,
  PRIMARY KEY ("id", "clicked_at")
) PARTITION BY RANGE ("clicked_at");
--> statement-breakpoint
CREATE INDEX "clicks_by_link" ON "clicks" ("link_id", "clicked_at");
--> statement-breakpoint
-- Makes the partitions of this month and the next two; called by each migration run and daily by the worker.
CREATE FUNCTION "vf_ensure_click_partitions"() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  month timestamptz := date_trunc('month', now(), 'UTC');
BEGIN
  FOR i IN 0..2 LOOP
    EXECUTE format(
      'CREATE TABLE IF NOT EXISTS %I PARTITION OF clicks FOR VALUES FROM (%L) TO (%L)',
      'clicks_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'), month, month + interval '1 month'
    );
    month := date_trunc('month', month + interval '1 month', 'UTC');
  END LOOP;
END $$;
--> statement-breakpoint
-- The ledger is append-only for everyone, the owner of the tables included.
CREATE FUNCTION "vf_refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger entries are append-only';
END $$;
--> statement-breakpoint
CREATE TRIGGER "ledger_entries_append_only" BEFORE UPDATE OR DELETE ON "ledger_entries" FOR EACH ROW EXECUTE FUNCTION "vf_refuse_change"();

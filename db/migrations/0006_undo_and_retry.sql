ALTER TABLE "sync_runs" ADD COLUMN "only_reason" text;--> statement-breakpoint
CREATE INDEX "sync_changes_by_undo" ON "sync_changes" USING btree ("run_id","undo","crm_id") WHERE undo is not null;
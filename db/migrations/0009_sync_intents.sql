CREATE TABLE "sync_intents" (
	"run_id" uuid NOT NULL,
	"page" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"changes" jsonb NOT NULL,
	CONSTRAINT "sync_intents_run_id_page_pk" PRIMARY KEY("run_id","page")
);
--> statement-breakpoint
ALTER TABLE "sync_intents" ADD CONSTRAINT "sync_intents_run_id_sync_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."sync_runs"("id") ON DELETE no action ON UPDATE no action;
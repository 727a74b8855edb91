CREATE TABLE "sync_changes" (
	"run_id" uuid NOT NULL,
	"crm_id" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"outcome" text NOT NULL,
	"reason" text,
	"email_key" text,
	"properties" jsonb NOT NULL,
	"fields" jsonb,
	"undo" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "sync_changes_run_id_crm_id_pk" PRIMARY KEY("run_id","crm_id")
);
--> statement-breakpoint
CREATE TABLE "sync_hints" (
	"campaign_id" uuid NOT NULL,
	"crm_id" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"hinted_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "sync_hints_campaign_id_crm_id_pk" PRIMARY KEY("campaign_id","crm_id")
);
--> statement-breakpoint
CREATE TABLE "sync_members" (
	"campaign_id" uuid NOT NULL,
	"crm_id" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"joined_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "sync_members_campaign_id_crm_id_pk" PRIMARY KEY("campaign_id","crm_id")
);
--> statement-breakpoint
CREATE TABLE "crm_edits" (
	"connection_id" uuid NOT NULL,
	"object_type" text NOT NULL,
	"object_id" text NOT NULL,
	"property" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"ours" text,
	"theirs" text,
	"noticed_at" timestamp(3) with time zone NOT NULL,
	"restored_at" timestamp(3) with time zone,
	CONSTRAINT "crm_edits_connection_id_object_type_object_id_property_pk" PRIMARY KEY("connection_id","object_type","object_id","property")
);
--> statement-breakpoint
DROP INDEX "sync_runs_one_open";--> statement-breakpoint
ALTER TABLE "sync_runs" ADD COLUMN "kind" text DEFAULT 'sync' NOT NULL;--> statement-breakpoint
ALTER TABLE "sync_runs" ADD COLUMN "of_run_id" uuid;--> statement-breakpoint
ALTER TABLE "sync_runs" ADD COLUMN "total" integer;--> statement-breakpoint
ALTER TABLE "sync_runs" ADD COLUMN "per_second" real;--> statement-breakpoint
ALTER TABLE "sync_runs" ADD COLUMN "progressed_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "sync_settings" ADD COLUMN "restore_edits" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "person_crm_ids" ADD COLUMN "alias_of" text;--> statement-breakpoint
ALTER TABLE "person_crm_ids" ADD COLUMN "gone_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "referrers" ADD COLUMN "left_scope_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "referrers" ADD COLUMN "withheld_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "sync_changes" ADD CONSTRAINT "sync_changes_run_id_sync_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."sync_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_hints" ADD CONSTRAINT "sync_hints_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_members" ADD CONSTRAINT "sync_members_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crm_edits" ADD CONSTRAINT "crm_edits_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sync_changes_by_outcome" ON "sync_changes" USING btree ("run_id","outcome","crm_id");--> statement-breakpoint
CREATE INDEX "sync_changes_by_email" ON "sync_changes" USING btree ("run_id","email_key") WHERE email_key is not null;--> statement-breakpoint
CREATE INDEX "crm_edits_by_campaign" ON "crm_edits" USING btree ("campaign_id","noticed_at");--> statement-breakpoint
ALTER TABLE "sync_runs" ADD CONSTRAINT "sync_runs_of_run_id_sync_runs_id_fk" FOREIGN KEY ("of_run_id") REFERENCES "public"."sync_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "sync_runs_one_ongoing" ON "sync_runs" USING btree ("campaign_id") WHERE finished_at is null and kind = 'ongoing';--> statement-breakpoint
CREATE INDEX "sync_runs_by_campaign" ON "sync_runs" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "sync_runs_one_open" ON "sync_runs" USING btree ("campaign_id") WHERE finished_at is null and kind <> 'ongoing';
CREATE TABLE "list_looks" (
	"campaign_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"list_id" text NOT NULL,
	"look" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp(3) with time zone,
	"after" text,
	"compared_to" text,
	"pages" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp(3) with time zone NOT NULL,
	"gone_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "list_looks" ADD CONSTRAINT "list_looks_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sync_members_in_order" ON "sync_members" USING btree ("campaign_id",(crm_id::numeric));--> statement-breakpoint
CREATE INDEX "referrers_left_scope" ON "referrers" USING btree ("campaign_id") WHERE left_scope_at is not null;
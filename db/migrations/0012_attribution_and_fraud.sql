CREATE TABLE "attribution_rejections" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"via" text NOT NULL,
	"code" text,
	"link_id" uuid,
	"referrer_id" uuid,
	"person_id" uuid,
	"referral_id" uuid,
	"at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fraud_findings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"referral_id" uuid NOT NULL,
	"rule" text NOT NULL,
	"severity" text NOT NULL,
	"evidence" jsonb NOT NULL,
	"found_at" timestamp(3) with time zone NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"note" text,
	"decided_by" text,
	"decided_at" timestamp(3) with time zone,
	CONSTRAINT "fraud_findings_once" UNIQUE("referral_id","rule")
);
--> statement-breakpoint
CREATE TABLE "visit_traces" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"referral_id" uuid,
	"ip_hash" text,
	"device_hash" text,
	"at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
DROP INDEX "referrals_by_referrer";--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "attribution_window_days" integer DEFAULT 30;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "attribution" text DEFAULT 'last-touch' NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "credit_kept" text DEFAULT 'first-referrer' NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "fraud" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "velocity_sign_ups" integer DEFAULT 20 NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "velocity_minutes" integer DEFAULT 60 NOT NULL;--> statement-breakpoint
ALTER TABLE "crm_entries" ADD COLUMN "lifecycle_stage" text;--> statement-breakpoint
ALTER TABLE "rewards" ADD COLUMN "held_back_from" text;--> statement-breakpoint
ALTER TABLE "attribution_rejections" ADD CONSTRAINT "attribution_rejections_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attribution_rejections" ADD CONSTRAINT "attribution_rejections_link_id_referral_links_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."referral_links"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attribution_rejections" ADD CONSTRAINT "attribution_rejections_referrer_id_referrers_id_fk" FOREIGN KEY ("referrer_id") REFERENCES "public"."referrers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attribution_rejections" ADD CONSTRAINT "attribution_rejections_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attribution_rejections" ADD CONSTRAINT "attribution_rejections_referral_id_referrals_id_fk" FOREIGN KEY ("referral_id") REFERENCES "public"."referrals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fraud_findings" ADD CONSTRAINT "fraud_findings_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fraud_findings" ADD CONSTRAINT "fraud_findings_referral_id_referrals_id_fk" FOREIGN KEY ("referral_id") REFERENCES "public"."referrals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "visit_traces" ADD CONSTRAINT "visit_traces_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "visit_traces" ADD CONSTRAINT "visit_traces_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "visit_traces" ADD CONSTRAINT "visit_traces_referral_id_referrals_id_fk" FOREIGN KEY ("referral_id") REFERENCES "public"."referrals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attribution_rejections_by_workspace" ON "attribution_rejections" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE INDEX "attribution_rejections_by_campaign" ON "attribution_rejections" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE INDEX "attribution_rejections_by_reason" ON "attribution_rejections" USING btree ("workspace_id","reason","id");--> statement-breakpoint
CREATE INDEX "attribution_rejections_by_time" ON "attribution_rejections" USING btree ("at");--> statement-breakpoint
CREATE INDEX "fraud_findings_by_workspace" ON "fraud_findings" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE INDEX "fraud_findings_by_state" ON "fraud_findings" USING btree ("workspace_id","state","id");--> statement-breakpoint
CREATE INDEX "fraud_findings_by_campaign" ON "fraud_findings" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE INDEX "visit_traces_by_person" ON "visit_traces" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "visit_traces_by_referral" ON "visit_traces" USING btree ("referral_id") WHERE referral_id is not null;--> statement-breakpoint
CREATE INDEX "visit_traces_by_device" ON "visit_traces" USING btree ("campaign_id","device_hash") WHERE device_hash is not null;--> statement-breakpoint
CREATE INDEX "visit_traces_by_time" ON "visit_traces" USING btree ("at");--> statement-breakpoint
CREATE INDEX "referrals_by_referrer" ON "referrals" USING btree ("referrer_id","signed_up_at");
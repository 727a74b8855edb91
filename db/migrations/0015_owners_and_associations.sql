ALTER TABLE "campaigns" ADD COLUMN "invited_owner" jsonb DEFAULT '{"kind":"none"}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "owner_turn" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "associate_referrer" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "crm_entries" ADD COLUMN "owner_id" text;--> statement-breakpoint
ALTER TABLE "crm_entries" ADD COLUMN "owner_chosen_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "crm_entries" ADD COLUMN "associated_with" text;
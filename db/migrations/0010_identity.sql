CREATE TABLE "contact_hints" (
	"connection_id" uuid NOT NULL,
	"crm_id" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"hinted_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "contact_hints_connection_id_crm_id_pk" PRIMARY KEY("connection_id","crm_id")
);
--> statement-breakpoint
CREATE TABLE "contact_sweeps" (
	"connection_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"started_at" timestamp(3) with time zone NOT NULL,
	"after_crm_id" text,
	"next_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "person_crm_ids" ADD COLUMN "email_held_by" uuid;--> statement-breakpoint
ALTER TABLE "referrers" ADD COLUMN "merged_into" uuid;--> statement-breakpoint
ALTER TABLE "contact_hints" ADD CONSTRAINT "contact_hints_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact_sweeps" ADD CONSTRAINT "contact_sweeps_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "people_merged" ON "people" USING btree ("merged_into") WHERE merged_into is not null;--> statement-breakpoint
CREATE INDEX "people_merged_by_email" ON "people" USING btree ("workspace_id","email_key") WHERE merged_into is not null;--> statement-breakpoint
CREATE INDEX "referrers_by_person" ON "referrers" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "referrers_merged" ON "referrers" USING btree ("merged_into") WHERE merged_into is not null;
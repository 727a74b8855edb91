CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"secret_hash" text NOT NULL,
	"scopes" text[] DEFAULT '{}'::text[] NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"last_used_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "api_keys_secret_hash_unique" UNIQUE("secret_hash")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"workspace_id" uuid NOT NULL,
	"route" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer,
	"response" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_workspace_id_route_key_pk" PRIMARY KEY("workspace_id","route","key")
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"facts" jsonb NOT NULL,
	"at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "system_state" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"status" text NOT NULL,
	"landing_url" text,
	"connection_id" uuid,
	"person_invited_action" text DEFAULT 'none' NOT NULL,
	"person_referring_action" text DEFAULT 'none' NOT NULL,
	"existing_contacts" text DEFAULT 'never-overwrite' NOT NULL,
	"expiry_days" integer,
	"reversal_days" integer,
	"created_at" timestamp(3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "campaigns_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "field_mappings" (
	"campaign_id" uuid NOT NULL,
	"section" text NOT NULL,
	"object_type" text NOT NULL,
	"property" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"source_kind" text NOT NULL,
	"source" text NOT NULL,
	CONSTRAINT "field_mappings_campaign_id_section_object_type_property_pk" PRIMARY KEY("campaign_id","section","object_type","property")
);
--> statement-breakpoint
CREATE TABLE "qualification_rules" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"kind" text NOT NULL,
	"definition" jsonb NOT NULL,
	"sale_value_object" text,
	"sale_value_property" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "qualification_rules_version" UNIQUE("campaign_id","version")
);
--> statement-breakpoint
CREATE TABLE "reward_rules" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"amount_minor" bigint,
	"currency" text,
	"rate_basis_points" integer,
	"beneficiary" text NOT NULL,
	"hold_days" integer,
	"approval" text DEFAULT 'automatic' NOT NULL,
	"provider" text DEFAULT 'manual' NOT NULL,
	CONSTRAINT "reward_rules_position" UNIQUE("campaign_id","version","position")
);
--> statement-breakpoint
CREATE TABLE "sync_exceptions" (
	"run_id" uuid NOT NULL,
	"crm_id" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"detail" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "sync_exceptions_run_id_crm_id_pk" PRIMARY KEY("run_id","crm_id")
);
--> statement-breakpoint
CREATE TABLE "sync_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"connection_id" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"wanted" text DEFAULT 'running' NOT NULL,
	"state" text NOT NULL,
	"parked_reason" text,
	"cursor" text,
	"seen" integer DEFAULT 0 NOT NULL,
	"enrolled" integer DEFAULT 0 NOT NULL,
	"linked" integer DEFAULT 0 NOT NULL,
	"unchanged" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp(3) with time zone NOT NULL,
	"finished_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sync_settings" (
	"campaign_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"scope_kind" text DEFAULT 'all' NOT NULL,
	"list_id" text,
	"ongoing" text DEFAULT 'off' NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "certificates" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"connection_id" uuid NOT NULL,
	"covers_from" timestamp(3) with time zone NOT NULL,
	"covers_to" timestamp(3) with time zone NOT NULL,
	"changes_seen" integer NOT NULL,
	"changes_late" integer NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "connection_revocations" (
	"connection_id" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"workspace_id" uuid NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"done_at" timestamp(3) with time zone,
	CONSTRAINT "connection_revocations_connection_id_epoch_pk" PRIMARY KEY("connection_id","epoch")
);
--> statement-breakpoint
CREATE TABLE "connections" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"portal_id" text NOT NULL,
	"status" text NOT NULL,
	"epoch" integer DEFAULT 1 NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"access_token_expires_at" timestamp(3) with time zone,
	"scopes" text[] DEFAULT '{}'::text[] NOT NULL,
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"ui_domain" text DEFAULT 'app.hubspot.com' NOT NULL,
	"status_reason" text,
	"connected_at" timestamp(3) with time zone NOT NULL,
	"disconnected_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "oauth_states" (
	"state_hash" text PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"used_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "pace_slots" (
	"portal_id" text NOT NULL,
	"budget" text NOT NULL,
	"next_at" timestamp(3) with time zone NOT NULL,
	"interval_ms" integer DEFAULT 10000 NOT NULL,
	"maximum" integer NOT NULL,
	CONSTRAINT "pace_slots_portal_id_budget_pk" PRIMARY KEY("portal_id","budget")
);
--> statement-breakpoint
CREATE TABLE "portal_schema" (
	"connection_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"content" jsonb NOT NULL,
	"fetched_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "portal_schema_connection_id_kind_pk" PRIMARY KEY("connection_id","kind")
);
--> statement-breakpoint
CREATE TABLE "reconcile_cursors" (
	"connection_id" uuid NOT NULL,
	"object_type" text NOT NULL,
	"pass" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"read_until" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "reconcile_cursors_connection_id_object_type_pass_pk" PRIMARY KEY("connection_id","object_type","pass")
);
--> statement-breakpoint
CREATE TABLE "crm_writes" (
	"connection_id" uuid NOT NULL,
	"object_type" text NOT NULL,
	"object_id" text NOT NULL,
	"property" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"value" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"sent_version" integer DEFAULT 0 NOT NULL,
	"sent_values" text[] DEFAULT '{}'::text[] NOT NULL,
	"next_attempt_at" timestamp(3) with time zone NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"refused_reason" text,
	CONSTRAINT "crm_writes_connection_id_object_type_object_id_property_pk" PRIMARY KEY("connection_id","object_type","object_id","property")
);
--> statement-breakpoint
CREATE TABLE "nudge_slots" (
	"workflow_id" text PRIMARY KEY NOT NULL,
	"nudged_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"workflow_type" text NOT NULL,
	"workflow_id" text NOT NULL,
	"input" jsonb NOT NULL,
	"nudge" jsonb,
	"created_at" timestamp(3) with time zone NOT NULL,
	"claimed_by" text,
	"claimed_until" timestamp(3) with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"sent_at" timestamp(3) with time zone,
	"dropped_at" timestamp(3) with time zone,
	"dead_at" timestamp(3) with time zone,
	"reason" text
);
--> statement-breakpoint
CREATE TABLE "webhook_inbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"delivery_key" text NOT NULL,
	"portal_id" text NOT NULL,
	"kind" text NOT NULL,
	"object_type" text NOT NULL,
	"object_ids" text[] NOT NULL,
	"property_name" text,
	"change_source" text,
	"source_id" text,
	"occurred_at" timestamp(3) with time zone NOT NULL,
	"received_at" timestamp(3) with time zone NOT NULL,
	"claimed_by" text,
	"claimed_until" timestamp(3) with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"nudges" integer,
	"sent_at" timestamp(3) with time zone,
	"dropped_at" timestamp(3) with time zone,
	"dead_at" timestamp(3) with time zone,
	"reason" text,
	CONSTRAINT "webhook_inbox_delivery_key_unique" UNIQUE("delivery_key")
);
--> statement-breakpoint
CREATE TABLE "people" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"email" text,
	"email_key" text,
	"first_name" text,
	"last_name" text,
	"phone" text,
	"language" text,
	"merged_into" uuid,
	"erasing_at" timestamp(3) with time zone,
	"erased_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person_crm_ids" (
	"connection_id" uuid NOT NULL,
	"object_type" text NOT NULL,
	"crm_id" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "person_crm_ids_connection_id_object_type_crm_id_pk" PRIMARY KEY("connection_id","object_type","crm_id")
);
--> statement-breakpoint
CREATE TABLE "referral_links" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"referrer_id" uuid NOT NULL,
	"code" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"retired_at" timestamp(3) with time zone,
	CONSTRAINT "referral_links_code_unique" UNIQUE("code")
);
--> statement-breakpoint
CREATE TABLE "referrers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"source" text NOT NULL,
	"joined_at" timestamp(3) with time zone NOT NULL,
	"crm_link_written" text,
	"parked_reason" text,
	"entered_at" timestamp(3) with time zone,
	CONSTRAINT "referrers_one_per_person" UNIQUE("campaign_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "crm_entries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"referral_id" uuid,
	"referrer_id" uuid,
	"connection_id" uuid NOT NULL,
	"object_type" text NOT NULL,
	"attempted_at" timestamp(3) with time zone NOT NULL,
	"entered_at" timestamp(3) with time zone,
	"crm_id" text,
	"outcome" text,
	"read_modified_at" timestamp(3) with time zone,
	CONSTRAINT "crm_entries_one_per_referral" UNIQUE("referral_id","object_type"),
	CONSTRAINT "crm_entries_one_per_referrer" UNIQUE("referrer_id","object_type")
);
--> statement-breakpoint
CREATE TABLE "deals" (
	"connection_id" uuid NOT NULL,
	"crm_id" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"referral_id" uuid NOT NULL,
	"current" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "deals_connection_id_crm_id_pk" PRIMARY KEY("connection_id","crm_id")
);
--> statement-breakpoint
CREATE TABLE "referrals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"referrer_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"link_id" uuid,
	"connection_id" uuid,
	"rule_id" uuid NOT NULL,
	"email_key" text,
	"status" text NOT NULL,
	"signed_up_at" timestamp(3) with time zone NOT NULL,
	"entered_at" timestamp(3) with time zone,
	"parked_reason" text,
	"parked_retry_at" timestamp(3) with time zone,
	"parked_times" integer DEFAULT 0 NOT NULL,
	"already_qualified" text,
	"rejected_reason" text,
	"decision_seq" integer DEFAULT 0 NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"reversible_until" timestamp(3) with time zone,
	"settled_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "timeline_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"referral_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"facts" jsonb NOT NULL,
	"at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "verdicts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"referral_id" uuid NOT NULL,
	"decision_seq" integer NOT NULL,
	"rule_id" uuid NOT NULL,
	"result" text NOT NULL,
	"reason" text,
	"inputs" jsonb NOT NULL,
	"decided_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "verdicts_one_per_decision" UNIQUE("referral_id","decision_seq")
);
--> statement-breakpoint
CREATE TABLE "budget_counters" (
	"scope" text NOT NULL,
	"scope_id" uuid NOT NULL,
	"rule_id" uuid NOT NULL,
	"period_start" timestamp(3) with time zone NOT NULL,
	"currency" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"limit_minor" bigint NOT NULL,
	"used_minor" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "budget_counters_scope_scope_id_rule_id_period_start_currency_pk" PRIMARY KEY("scope","scope_id","rule_id","period_start","currency"),
	CONSTRAINT "budget_counters_never_overshot" CHECK (used_minor <= limit_minor and used_minor >= 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_entries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"reward_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "ledger_entries_once" UNIQUE("reward_id","kind")
);
--> statement-breakpoint
CREATE TABLE "manual_orders" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"reward_id" uuid NOT NULL,
	"payout_id" uuid,
	"payee_person_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "manual_orders_reward_id_unique" UNIQUE("reward_id")
);
--> statement-breakpoint
CREATE TABLE "payouts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"status" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"completed_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "qualifications" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"referral_id" uuid NOT NULL,
	"occurrence" integer NOT NULL,
	"verdict_id" uuid NOT NULL,
	"qualified_at" timestamp(3) with time zone NOT NULL,
	"sale_value_minor" bigint,
	"sale_value_currency" text,
	"evidence" jsonb NOT NULL,
	"reversed_at" timestamp(3) with time zone,
	CONSTRAINT "qualifications_occurrence" UNIQUE("referral_id","occurrence")
);
--> statement-breakpoint
CREATE TABLE "rewards" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"referral_id" uuid NOT NULL,
	"referrer_id" uuid NOT NULL,
	"qualification_id" uuid NOT NULL,
	"reward_rule_id" uuid NOT NULL,
	"beneficiary" text NOT NULL,
	"occurrence" integer NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"amount_minor" bigint,
	"currency" text,
	"provider" text NOT NULL,
	"payee_person_id" uuid NOT NULL,
	"hold_until" timestamp(3) with time zone,
	"first_attempt_at" timestamp(3) with time zone,
	"provider_reference" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"issued_at" timestamp(3) with time zone,
	CONSTRAINT "rewards_once" UNIQUE("qualification_id","reward_rule_id","beneficiary","occurrence"),
	CONSTRAINT "rewards_amount" CHECK (amount_minor is null or amount_minor > 0),
	CONSTRAINT "rewards_money" CHECK ((amount_minor is null) = (currency is null))
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "field_mappings" ADD CONSTRAINT "field_mappings_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "qualification_rules" ADD CONSTRAINT "qualification_rules_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_rules" ADD CONSTRAINT "reward_rules_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_exceptions" ADD CONSTRAINT "sync_exceptions_run_id_sync_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."sync_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_runs" ADD CONSTRAINT "sync_runs_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_runs" ADD CONSTRAINT "sync_runs_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_settings" ADD CONSTRAINT "sync_settings_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connection_revocations" ADD CONSTRAINT "connection_revocations_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connections" ADD CONSTRAINT "connections_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauth_states" ADD CONSTRAINT "oauth_states_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_schema" ADD CONSTRAINT "portal_schema_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconcile_cursors" ADD CONSTRAINT "reconcile_cursors_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crm_writes" ADD CONSTRAINT "crm_writes_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person_crm_ids" ADD CONSTRAINT "person_crm_ids_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person_crm_ids" ADD CONSTRAINT "person_crm_ids_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referral_links" ADD CONSTRAINT "referral_links_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referral_links" ADD CONSTRAINT "referral_links_referrer_id_referrers_id_fk" FOREIGN KEY ("referrer_id") REFERENCES "public"."referrers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrers" ADD CONSTRAINT "referrers_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrers" ADD CONSTRAINT "referrers_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crm_entries" ADD CONSTRAINT "crm_entries_referral_id_referrals_id_fk" FOREIGN KEY ("referral_id") REFERENCES "public"."referrals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crm_entries" ADD CONSTRAINT "crm_entries_referrer_id_referrers_id_fk" FOREIGN KEY ("referrer_id") REFERENCES "public"."referrers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "crm_entries" ADD CONSTRAINT "crm_entries_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deals" ADD CONSTRAINT "deals_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deals" ADD CONSTRAINT "deals_referral_id_referrals_id_fk" FOREIGN KEY ("referral_id") REFERENCES "public"."referrals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_referrer_id_referrers_id_fk" FOREIGN KEY ("referrer_id") REFERENCES "public"."referrers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_link_id_referral_links_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."referral_links"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_rule_id_qualification_rules_id_fk" FOREIGN KEY ("rule_id") REFERENCES "public"."qualification_rules"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "timeline_events" ADD CONSTRAINT "timeline_events_referral_id_referrals_id_fk" FOREIGN KEY ("referral_id") REFERENCES "public"."referrals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verdicts" ADD CONSTRAINT "verdicts_referral_id_referrals_id_fk" FOREIGN KEY ("referral_id") REFERENCES "public"."referrals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verdicts" ADD CONSTRAINT "verdicts_rule_id_qualification_rules_id_fk" FOREIGN KEY ("rule_id") REFERENCES "public"."qualification_rules"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_reward_id_rewards_id_fk" FOREIGN KEY ("reward_id") REFERENCES "public"."rewards"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "manual_orders" ADD CONSTRAINT "manual_orders_reward_id_rewards_id_fk" FOREIGN KEY ("reward_id") REFERENCES "public"."rewards"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "manual_orders" ADD CONSTRAINT "manual_orders_payout_id_payouts_id_fk" FOREIGN KEY ("payout_id") REFERENCES "public"."payouts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "qualifications" ADD CONSTRAINT "qualifications_referral_id_referrals_id_fk" FOREIGN KEY ("referral_id") REFERENCES "public"."referrals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "qualifications" ADD CONSTRAINT "qualifications_verdict_id_verdicts_id_fk" FOREIGN KEY ("verdict_id") REFERENCES "public"."verdicts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rewards" ADD CONSTRAINT "rewards_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rewards" ADD CONSTRAINT "rewards_referral_id_referrals_id_fk" FOREIGN KEY ("referral_id") REFERENCES "public"."referrals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rewards" ADD CONSTRAINT "rewards_referrer_id_referrers_id_fk" FOREIGN KEY ("referrer_id") REFERENCES "public"."referrers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rewards" ADD CONSTRAINT "rewards_qualification_id_qualifications_id_fk" FOREIGN KEY ("qualification_id") REFERENCES "public"."qualifications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rewards" ADD CONSTRAINT "rewards_reward_rule_id_reward_rules_id_fk" FOREIGN KEY ("reward_rule_id") REFERENCES "public"."reward_rules"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_log_by_workspace" ON "audit_log" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "sync_runs_one_open" ON "sync_runs" USING btree ("campaign_id") WHERE finished_at is null;--> statement-breakpoint
CREATE INDEX "certificates_by_connection" ON "certificates" USING btree ("connection_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "connections_one_per_portal" ON "connections" USING btree ("workspace_id","portal_id");--> statement-breakpoint
CREATE UNIQUE INDEX "connections_one_open_per_workspace" ON "connections" USING btree ("workspace_id") WHERE status <> 'disconnected';--> statement-breakpoint
CREATE UNIQUE INDEX "connections_one_open_per_portal" ON "connections" USING btree ("portal_id") WHERE status <> 'disconnected';--> statement-breakpoint
CREATE INDEX "crm_writes_open" ON "crm_writes" USING btree ("connection_id","next_attempt_at") WHERE sent_version < version and refused_reason is null;--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_one_waiting_nudge" ON "outbox" USING btree ("workflow_id") WHERE kind = 'nudge' and claimed_until is null and sent_at is null and dropped_at is null and dead_at is null;--> statement-breakpoint
CREATE INDEX "outbox_open" ON "outbox" USING btree ("id") WHERE sent_at is null and dropped_at is null and dead_at is null;--> statement-breakpoint
CREATE INDEX "outbox_by_workflow" ON "outbox" USING btree ("workflow_id");--> statement-breakpoint
CREATE INDEX "webhook_inbox_open" ON "webhook_inbox" USING btree ("id") WHERE sent_at is null and dropped_at is null and dead_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "people_one_per_email" ON "people" USING btree ("workspace_id","email_key") WHERE merged_into is null and erased_at is null;--> statement-breakpoint
CREATE INDEX "person_crm_ids_by_person" ON "person_crm_ids" USING btree ("person_id","connection_id");--> statement-breakpoint
CREATE UNIQUE INDEX "referral_links_one_live" ON "referral_links" USING btree ("referrer_id") WHERE retired_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "crm_entries_created_once" ON "crm_entries" USING btree ("connection_id","object_type","crm_id") WHERE outcome = 'created';--> statement-breakpoint
CREATE INDEX "crm_entries_by_crm_id" ON "crm_entries" USING btree ("connection_id","object_type","crm_id");--> statement-breakpoint
CREATE INDEX "deals_by_referral" ON "deals" USING btree ("referral_id");--> statement-breakpoint
CREATE UNIQUE INDEX "referrals_one_live_per_email" ON "referrals" USING btree ("campaign_id","email_key") WHERE status not in ('rejected', 'expired', 'erased');--> statement-breakpoint
CREATE INDEX "referrals_by_person" ON "referrals" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "referrals_by_referrer" ON "referrals" USING btree ("referrer_id");--> statement-breakpoint
CREATE INDEX "referrals_by_campaign" ON "referrals" USING btree ("workspace_id","campaign_id","id");--> statement-breakpoint
CREATE INDEX "referrals_unsettled" ON "referrals" USING btree ("id") WHERE settled_at is null;--> statement-breakpoint
CREATE INDEX "timeline_events_by_referral" ON "timeline_events" USING btree ("referral_id","id");--> statement-breakpoint
CREATE INDEX "rewards_by_referral" ON "rewards" USING btree ("referral_id");--> statement-breakpoint
CREATE INDEX "rewards_by_workspace" ON "rewards" USING btree ("workspace_id","id");
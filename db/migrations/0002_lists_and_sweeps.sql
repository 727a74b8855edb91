CREATE INDEX "outbox_finished" ON "outbox" USING btree (coalesce(sent_at, dropped_at)) WHERE coalesce(sent_at, dropped_at) is not null;--> statement-breakpoint
CREATE INDEX "webhook_inbox_finished" ON "webhook_inbox" USING btree (coalesce(sent_at, dropped_at)) WHERE coalesce(sent_at, dropped_at) is not null;--> statement-breakpoint
CREATE INDEX "referrers_by_workspace" ON "referrers" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE INDEX "referrers_by_campaign" ON "referrers" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE INDEX "referrers_unentered" ON "referrers" USING btree ("id") WHERE entered_at is null and source <> 'sync';--> statement-breakpoint
CREATE INDEX "referrals_by_workspace" ON "referrals" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE INDEX "referrals_by_status" ON "referrals" USING btree ("workspace_id","status","id");--> statement-breakpoint
CREATE INDEX "referrals_parked" ON "referrals" USING btree ("connection_id") WHERE settled_at is null and parked_reason is not null;--> statement-breakpoint
CREATE INDEX "rewards_by_status" ON "rewards" USING btree ("workspace_id","status","id");--> statement-breakpoint
CREATE INDEX "rewards_by_referrer" ON "rewards" USING btree ("referrer_id");
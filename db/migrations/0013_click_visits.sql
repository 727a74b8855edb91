-- By which browser a click was made, as a keyed hash of the random id in its cookie; null where there was none, and after
-- the campaign's attribution window, when the sweep forgets it.
ALTER TABLE "clicks" ADD COLUMN "visit_hash" text;
--> statement-breakpoint
CREATE INDEX "clicks_by_visit" ON "clicks" ("visit_hash", "clicked_at") WHERE "visit_hash" IS NOT NULL;

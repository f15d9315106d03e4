CREATE SEQUENCE "public"."execution_feed" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "feed_xid" "xid8" DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "feed_sequence" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "feed_history" json DEFAULT '[]'::json NOT NULL;--> statement-breakpoint
CREATE INDEX "executions_feed" ON "executions" USING btree ("tenant_id","feed_xid","feed_sequence");
CREATE TABLE "phone_templates" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"type" text NOT NULL,
	"is_disabled" boolean NOT NULL,
	"content" jsonb NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "phone_templates_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "phone_templates_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "recipient_hash" "bytea" NOT NULL;--> statement-breakpoint
ALTER TABLE "phone_templates" ADD CONSTRAINT "phone_templates_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "phone_templates_type" ON "phone_templates" USING btree ("tenant_id","type");--> statement-breakpoint
CREATE INDEX "outbox_recipient" ON "outbox" USING btree ("tenant_id","recipient_hash","sequence");
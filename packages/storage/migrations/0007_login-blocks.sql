CREATE TABLE "login_blocks" (
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"connection" text NOT NULL,
	"identifier" text NOT NULL,
	"ip" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "login_blocks_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "login_blocks_tenant_id_user_id_connection_identifier_ip_pk" PRIMARY KEY("tenant_id","user_id","connection","identifier","ip")
);
--> statement-breakpoint
ALTER TABLE "login_blocks" ADD CONSTRAINT "login_blocks_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "login_blocks" ADD CONSTRAINT "login_blocks_user_fk" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "login_blocks_expires_at" ON "login_blocks" USING btree ("expires_at");
CREATE TABLE "action_module_versions" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"module_id" text NOT NULL,
	"number" integer NOT NULL,
	"code" text NOT NULL,
	"dependencies" jsonb NOT NULL,
	"secrets" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"diagnostics" jsonb DEFAULT '[]'::jsonb NOT NULL,
	CONSTRAINT "action_module_versions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "action_modules" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"code" text NOT NULL,
	"dependencies" jsonb NOT NULL,
	"secrets" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version_count" integer NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "action_modules_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "action_modules_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "token_exchange_profiles" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"subject_token_type" text NOT NULL,
	"action_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "token_exchange_profiles_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "token_exchange_profiles_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "action_versions" ADD COLUMN "modules" jsonb;--> statement-breakpoint
ALTER TABLE "action_versions" ADD COLUMN "module_secrets" text;--> statement-breakpoint
ALTER TABLE "action_versions" ADD COLUMN "egress" jsonb;--> statement-breakpoint
ALTER TABLE "actions" ADD COLUMN "modules" jsonb;--> statement-breakpoint
ALTER TABLE "actions" ADD COLUMN "module_secrets" text;--> statement-breakpoint
ALTER TABLE "actions" ADD COLUMN "egress" jsonb;--> statement-breakpoint
ALTER TABLE "action_module_versions" ADD CONSTRAINT "action_module_versions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "action_module_versions" ADD CONSTRAINT "action_module_versions_module_fk" FOREIGN KEY ("tenant_id","module_id") REFERENCES "public"."action_modules"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "action_modules" ADD CONSTRAINT "action_modules_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "token_exchange_profiles" ADD CONSTRAINT "token_exchange_profiles_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "token_exchange_profiles" ADD CONSTRAINT "token_exchange_profiles_action_fk" FOREIGN KEY ("tenant_id","action_id") REFERENCES "public"."actions"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "action_module_versions_number_unique" ON "action_module_versions" USING btree ("tenant_id","module_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "action_modules_name_unique" ON "action_modules" USING btree ("tenant_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "token_exchange_profiles_type_unique" ON "token_exchange_profiles" USING btree ("tenant_id","subject_token_type");--> statement-breakpoint
CREATE INDEX "token_exchange_profiles_action" ON "token_exchange_profiles" USING btree ("tenant_id","action_id");
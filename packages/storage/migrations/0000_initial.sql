CREATE TABLE "action_versions" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"action_id" text NOT NULL,
	"number" integer NOT NULL,
	"code" text NOT NULL,
	"dependencies" jsonb NOT NULL,
	"secrets" text,
	"runtime" text NOT NULL,
	"supported_triggers" jsonb NOT NULL,
	"status" text NOT NULL,
	"artifact_hash" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"built_at" timestamp (3) with time zone,
	CONSTRAINT "action_versions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "actions" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"code" text NOT NULL,
	"dependencies" jsonb NOT NULL,
	"secrets" text,
	"runtime" text NOT NULL,
	"supported_triggers" jsonb NOT NULL,
	"status" text NOT NULL,
	"artifact_hash" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"diagnostics" jsonb NOT NULL,
	"draft_revision" integer NOT NULL,
	"deployed_version_id" text,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "actions_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "actions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "artifacts" (
	"tenant_id" text NOT NULL,
	"hash" text NOT NULL,
	"bundle" "bytea" NOT NULL,
	"source_map" "bytea" NOT NULL,
	"lockfile" "bytea" NOT NULL,
	"dependencies" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "artifacts_tenant_id_hash_pk" PRIMARY KEY("tenant_id","hash")
);
--> statement-breakpoint
CREATE TABLE "bindings" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"trigger_id" text NOT NULL,
	"action_id" text NOT NULL,
	"display_name" text NOT NULL,
	"position" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bindings_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "client_grants" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"client_id" text NOT NULL,
	"audience" text NOT NULL,
	"scope" text[] NOT NULL,
	"extra" jsonb NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "client_grants_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "client_grants_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "clients" (
	"tenant_id" text NOT NULL,
	"client_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"type" text,
	"is_first_party" boolean NOT NULL,
	"client_secret" text NOT NULL,
	"token_endpoint_auth_method" text NOT NULL,
	"grant_types" text[] NOT NULL,
	"callbacks" text[] NOT NULL,
	"allowed_logout_urls" text[] NOT NULL,
	"web_origins" text[] NOT NULL,
	"allowed_origins" text[] NOT NULL,
	"initiate_login_uri" text,
	"logo_uri" text,
	"metadata" jsonb NOT NULL,
	"oidc_conformant" boolean NOT NULL,
	"id_token_lifetime_seconds" integer NOT NULL,
	"id_token_alg" text NOT NULL,
	"refresh_token" jsonb NOT NULL,
	"require_pushed_authorization_requests" boolean NOT NULL,
	"extra" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "clients_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "clients_tenant_id_client_id_pk" PRIMARY KEY("tenant_id","client_id")
);
--> statement-breakpoint
CREATE TABLE "connections" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"display_name" text,
	"strategy" text NOT NULL,
	"enabled_clients" text[] NOT NULL,
	"is_domain_connection" boolean NOT NULL,
	"realms" text[] NOT NULL,
	"metadata" jsonb NOT NULL,
	"options" jsonb NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "connections_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "connections_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "connections_name_unique" UNIQUE("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "resource_servers" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"identifier" text NOT NULL,
	"name" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"signing_alg" text NOT NULL,
	"signing_secret" text,
	"token_lifetime_seconds" integer NOT NULL,
	"token_lifetime_for_web_seconds" integer NOT NULL,
	"token_dialect" text NOT NULL,
	"allow_offline_access" boolean NOT NULL,
	"skip_consent_for_verifiable_first_party_clients" boolean NOT NULL,
	"enforce_policies" boolean NOT NULL,
	"is_system" boolean NOT NULL,
	"extra" jsonb NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "resource_servers_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "resource_servers_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "resource_servers_identifier_unique" UNIQUE("tenant_id","identifier")
);
--> statement-breakpoint
CREATE TABLE "executions" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"trigger_id" text NOT NULL,
	"status" text NOT NULL,
	"results" json NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "executions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "log_entries" (
	"tenant_id" text NOT NULL,
	"log_id" text NOT NULL,
	"date" timestamp (3) with time zone NOT NULL,
	"type" text NOT NULL,
	"description" text,
	"client_id" text,
	"client_name" text,
	"connection" text,
	"connection_id" text,
	"ip" text,
	"user_agent" text,
	"hostname" text,
	"user_id" text,
	"user_name" text,
	"audience" text,
	"scope" text,
	"strategy" text,
	"strategy_type" text,
	"details" json,
	CONSTRAINT "log_entries_tenant_id_log_id_pk" PRIMARY KEY("tenant_id","log_id")
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"key" varchar(255) PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" bigint
);
--> statement-breakpoint
CREATE TABLE "master_keys" (
	"key_id" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "oidc_grants" (
	"tenant_id" text NOT NULL,
	"id_hash" "bytea" NOT NULL,
	"payload" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"consumed_at" timestamp (3) with time zone,
	"account_id" text,
	"client_id" text,
	CONSTRAINT "oidc_grants_tenant_id_id_hash_pk" PRIMARY KEY("tenant_id","id_hash")
);
--> statement-breakpoint
CREATE TABLE "oidc_models" (
	"tenant_id" text NOT NULL,
	"id_hash" "bytea" NOT NULL,
	"payload" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"consumed_at" timestamp (3) with time zone,
	"model" text NOT NULL,
	"uid_hash" "bytea",
	"user_code_hash" "bytea",
	"grant_hash" "bytea",
	"account_id" text,
	"client_id" text,
	CONSTRAINT "oidc_models_tenant_id_model_id_hash_pk" PRIMARY KEY("tenant_id","model","id_hash")
);
--> statement-breakpoint
CREATE TABLE "oidc_refresh_tokens" (
	"tenant_id" text NOT NULL,
	"id_hash" "bytea" NOT NULL,
	"payload" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"consumed_at" timestamp (3) with time zone,
	"grant_hash" "bytea",
	"account_id" text,
	"client_id" text,
	CONSTRAINT "oidc_refresh_tokens_tenant_id_id_hash_pk" PRIMARY KEY("tenant_id","id_hash")
);
--> statement-breakpoint
CREATE TABLE "oidc_sessions" (
	"tenant_id" text NOT NULL,
	"id_hash" "bytea" NOT NULL,
	"payload" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"consumed_at" timestamp (3) with time zone,
	"uid_hash" "bytea",
	"account_id" text,
	CONSTRAINT "oidc_sessions_tenant_id_id_hash_pk" PRIMARY KEY("tenant_id","id_hash")
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"is_default" boolean NOT NULL,
	"settings" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "tenants_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "tenants_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "role_permissions" (
	"tenant_id" text NOT NULL,
	"role_id" text NOT NULL,
	"audience" text NOT NULL,
	"permission" text NOT NULL,
	CONSTRAINT "role_permissions_tenant_id_role_id_audience_permission_pk" PRIMARY KEY("tenant_id","role_id","audience","permission")
);
--> statement-breakpoint
CREATE TABLE "roles" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "roles_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "roles_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"tenant_id" text NOT NULL,
	"kid" text NOT NULL,
	"alg" text NOT NULL,
	"state" text NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"private_jwk" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "signing_keys_tenant_id_kid_pk" PRIMARY KEY("tenant_id","kid")
);
--> statement-breakpoint
CREATE TABLE "user_permissions" (
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"audience" text NOT NULL,
	"permission" text NOT NULL,
	CONSTRAINT "user_permissions_tenant_id_user_id_audience_permission_pk" PRIMARY KEY("tenant_id","user_id","audience","permission")
);
--> statement-breakpoint
CREATE TABLE "user_roles" (
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"role_id" text NOT NULL,
	CONSTRAINT "user_roles_tenant_id_user_id_role_id_pk" PRIMARY KEY("tenant_id","user_id","role_id")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"connection" text NOT NULL,
	"email" text,
	"email_verified" boolean NOT NULL,
	"username" text,
	"phone_number" text,
	"phone_verified" boolean,
	"name" text,
	"nickname" text,
	"given_name" text,
	"family_name" text,
	"picture" text,
	"identities" jsonb NOT NULL,
	"user_metadata" jsonb NOT NULL,
	"app_metadata" jsonb NOT NULL,
	"blocked" boolean NOT NULL,
	"last_ip" text,
	"last_login" timestamp (3) with time zone,
	"last_password_reset" timestamp (3) with time zone,
	"logins_count" integer DEFAULT 0 NOT NULL,
	"password_hash" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_tenant_id_user_id_pk" PRIMARY KEY("tenant_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "action_versions" ADD CONSTRAINT "action_versions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "action_versions" ADD CONSTRAINT "action_versions_action_fk" FOREIGN KEY ("tenant_id","action_id") REFERENCES "public"."actions"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bindings" ADD CONSTRAINT "bindings_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bindings" ADD CONSTRAINT "bindings_action_fk" FOREIGN KEY ("tenant_id","action_id") REFERENCES "public"."actions"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "client_grants" ADD CONSTRAINT "client_grants_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "client_grants" ADD CONSTRAINT "client_grants_client_fk" FOREIGN KEY ("tenant_id","client_id") REFERENCES "public"."clients"("tenant_id","client_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "client_grants" ADD CONSTRAINT "client_grants_audience_fk" FOREIGN KEY ("tenant_id","audience") REFERENCES "public"."resource_servers"("tenant_id","identifier") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "clients" ADD CONSTRAINT "clients_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connections" ADD CONSTRAINT "connections_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resource_servers" ADD CONSTRAINT "resource_servers_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "executions" ADD CONSTRAINT "executions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "log_entries" ADD CONSTRAINT "log_entries_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oidc_grants" ADD CONSTRAINT "oidc_grants_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oidc_models" ADD CONSTRAINT "oidc_models_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oidc_refresh_tokens" ADD CONSTRAINT "oidc_refresh_tokens_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oidc_sessions" ADD CONSTRAINT "oidc_sessions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_permissions" ADD CONSTRAINT "role_permissions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_permissions" ADD CONSTRAINT "role_permissions_role_fk" FOREIGN KEY ("tenant_id","role_id") REFERENCES "public"."roles"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_permissions" ADD CONSTRAINT "role_permissions_audience_fk" FOREIGN KEY ("tenant_id","audience") REFERENCES "public"."resource_servers"("tenant_id","identifier") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signing_keys" ADD CONSTRAINT "signing_keys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_permissions" ADD CONSTRAINT "user_permissions_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_permissions" ADD CONSTRAINT "user_permissions_user_fk" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_permissions" ADD CONSTRAINT "user_permissions_audience_fk" FOREIGN KEY ("tenant_id","audience") REFERENCES "public"."resource_servers"("tenant_id","identifier") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_user_fk" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_role_fk" FOREIGN KEY ("tenant_id","role_id") REFERENCES "public"."roles"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_connection_fk" FOREIGN KEY ("tenant_id","connection") REFERENCES "public"."connections"("tenant_id","name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "action_versions_number_unique" ON "action_versions" USING btree ("tenant_id","action_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "actions_name_unique" ON "actions" USING btree ("tenant_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "bindings_position_unique" ON "bindings" USING btree ("tenant_id","trigger_id","position");--> statement-breakpoint
CREATE INDEX "bindings_action" ON "bindings" USING btree ("tenant_id","action_id");--> statement-breakpoint
CREATE UNIQUE INDEX "client_grants_client_audience_unique" ON "client_grants" USING btree ("tenant_id","client_id","audience");--> statement-breakpoint
CREATE INDEX "client_grants_audience" ON "client_grants" USING btree ("tenant_id","audience");--> statement-breakpoint
CREATE INDEX "clients_sequence" ON "clients" USING btree ("tenant_id","sequence");--> statement-breakpoint
CREATE INDEX "executions_created_at" ON "executions" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "log_entries_type" ON "log_entries" USING btree ("tenant_id","type","log_id");--> statement-breakpoint
CREATE INDEX "log_entries_user" ON "log_entries" USING btree ("tenant_id","user_id","log_id") WHERE "log_entries"."user_id" is not null;--> statement-breakpoint
CREATE INDEX "log_entries_client" ON "log_entries" USING btree ("tenant_id","client_id","log_id") WHERE "log_entries"."client_id" is not null;--> statement-breakpoint
CREATE INDEX "log_entries_date" ON "log_entries" USING btree ("tenant_id","date");--> statement-breakpoint
CREATE INDEX "rate_limits_expire" ON "rate_limits" USING btree ("expire");--> statement-breakpoint
CREATE INDEX "oidc_grants_account" ON "oidc_grants" USING btree ("tenant_id","account_id");--> statement-breakpoint
CREATE INDEX "oidc_grants_client" ON "oidc_grants" USING btree ("tenant_id","client_id");--> statement-breakpoint
CREATE INDEX "oidc_grants_expires_at" ON "oidc_grants" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "oidc_models_uid" ON "oidc_models" USING btree ("tenant_id","model","uid_hash") WHERE "oidc_models"."uid_hash" is not null;--> statement-breakpoint
CREATE INDEX "oidc_models_user_code" ON "oidc_models" USING btree ("tenant_id","model","user_code_hash") WHERE "oidc_models"."user_code_hash" is not null;--> statement-breakpoint
CREATE INDEX "oidc_models_grant" ON "oidc_models" USING btree ("tenant_id","grant_hash") WHERE "oidc_models"."grant_hash" is not null;--> statement-breakpoint
CREATE INDEX "oidc_models_account" ON "oidc_models" USING btree ("tenant_id","account_id") WHERE "oidc_models"."account_id" is not null;--> statement-breakpoint
CREATE INDEX "oidc_models_client" ON "oidc_models" USING btree ("tenant_id","client_id") WHERE "oidc_models"."client_id" is not null;--> statement-breakpoint
CREATE INDEX "oidc_models_expires_at" ON "oidc_models" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "oidc_refresh_tokens_grant" ON "oidc_refresh_tokens" USING btree ("tenant_id","grant_hash");--> statement-breakpoint
CREATE INDEX "oidc_refresh_tokens_account" ON "oidc_refresh_tokens" USING btree ("tenant_id","account_id");--> statement-breakpoint
CREATE INDEX "oidc_refresh_tokens_client" ON "oidc_refresh_tokens" USING btree ("tenant_id","client_id");--> statement-breakpoint
CREATE INDEX "oidc_refresh_tokens_expires_at" ON "oidc_refresh_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "oidc_sessions_uid" ON "oidc_sessions" USING btree ("tenant_id","uid_hash");--> statement-breakpoint
CREATE INDEX "oidc_sessions_account" ON "oidc_sessions" USING btree ("tenant_id","account_id");--> statement-breakpoint
CREATE INDEX "oidc_sessions_expires_at" ON "oidc_sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "tenants_default_unique" ON "tenants" USING btree ("is_default") WHERE "tenants"."is_default";--> statement-breakpoint
CREATE INDEX "role_permissions_audience" ON "role_permissions" USING btree ("tenant_id","audience");--> statement-breakpoint
CREATE UNIQUE INDEX "roles_name_unique" ON "roles" USING btree ("tenant_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "signing_keys_current_unique" ON "signing_keys" USING btree ("tenant_id") WHERE "signing_keys"."state" = 'current';--> statement-breakpoint
CREATE UNIQUE INDEX "signing_keys_next_unique" ON "signing_keys" USING btree ("tenant_id") WHERE "signing_keys"."state" = 'next';--> statement-breakpoint
CREATE INDEX "user_permissions_audience" ON "user_permissions" USING btree ("tenant_id","audience");--> statement-breakpoint
CREATE INDEX "user_roles_role" ON "user_roles" USING btree ("tenant_id","role_id","user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_unique" ON "users" USING btree ("tenant_id","connection",lower("email")) WHERE "users"."email" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "users_username_unique" ON "users" USING btree ("tenant_id","connection",lower("username")) WHERE "users"."username" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "users_phone_number_unique" ON "users" USING btree ("tenant_id","connection","phone_number") WHERE "users"."phone_number" is not null;--> statement-breakpoint
CREATE INDEX "users_email" ON "users" USING btree ("tenant_id",lower("email"));--> statement-breakpoint
CREATE INDEX "users_created_at" ON "users" USING btree ("tenant_id","created_at","user_id");
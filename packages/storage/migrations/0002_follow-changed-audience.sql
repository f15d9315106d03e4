ALTER TABLE "client_grants" DROP CONSTRAINT "client_grants_audience_fk";
--> statement-breakpoint
ALTER TABLE "role_permissions" DROP CONSTRAINT "role_permissions_audience_fk";
--> statement-breakpoint
ALTER TABLE "user_permissions" DROP CONSTRAINT "user_permissions_audience_fk";
--> statement-breakpoint
ALTER TABLE "client_grants" ADD CONSTRAINT "client_grants_audience_fk" FOREIGN KEY ("tenant_id","audience") REFERENCES "public"."resource_servers"("tenant_id","identifier") ON DELETE cascade ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "role_permissions" ADD CONSTRAINT "role_permissions_audience_fk" FOREIGN KEY ("tenant_id","audience") REFERENCES "public"."resource_servers"("tenant_id","identifier") ON DELETE cascade ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "user_permissions" ADD CONSTRAINT "user_permissions_audience_fk" FOREIGN KEY ("tenant_id","audience") REFERENCES "public"."resource_servers"("tenant_id","identifier") ON DELETE cascade ON UPDATE cascade;
-- Tells every replica which kind of row of which tenant changed, when the transaction commits.
-- Triggers, so that no write can forget it: cascades and hands on the database included.
CREATE FUNCTION tessera_notify_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('tessera_changes', json_build_object('tenantId', CASE TG_OP WHEN 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END, 'kind', TG_ARGV[0])::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION tessera_notify_tenant_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('tessera_changes', json_build_object('tenantId', CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END, 'kind', 'tenants')::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER tessera_notify_change AFTER INSERT OR UPDATE OR DELETE ON tenants FOR EACH ROW EXECUTE FUNCTION tessera_notify_tenant_change();
--> statement-breakpoint
CREATE TRIGGER tessera_notify_change AFTER INSERT OR UPDATE OR DELETE ON clients FOR EACH ROW EXECUTE FUNCTION tessera_notify_change('clients');
--> statement-breakpoint
CREATE TRIGGER tessera_notify_change AFTER INSERT OR UPDATE OR DELETE ON resource_servers FOR EACH ROW EXECUTE FUNCTION tessera_notify_change('resourceServers');
--> statement-breakpoint
CREATE TRIGGER tessera_notify_change AFTER INSERT OR UPDATE OR DELETE ON client_grants FOR EACH ROW EXECUTE FUNCTION tessera_notify_change('clientGrants');
--> statement-breakpoint
CREATE TRIGGER tessera_notify_change AFTER INSERT OR UPDATE OR DELETE ON connections FOR EACH ROW EXECUTE FUNCTION tessera_notify_change('connections');
--> statement-breakpoint
CREATE TRIGGER tessera_notify_change AFTER INSERT OR UPDATE OR DELETE ON signing_keys FOR EACH ROW EXECUTE FUNCTION tessera_notify_change('signingKeys');
--> statement-breakpoint
CREATE TRIGGER tessera_notify_change AFTER INSERT OR UPDATE OR DELETE ON roles FOR EACH ROW EXECUTE FUNCTION tessera_notify_change('roles');
--> statement-breakpoint
CREATE TRIGGER tessera_notify_change AFTER INSERT OR UPDATE OR DELETE ON role_permissions FOR EACH ROW EXECUTE FUNCTION tessera_notify_change('roles');
--> statement-breakpoint
CREATE TRIGGER tessera_notify_change AFTER INSERT OR UPDATE OR DELETE ON bindings FOR EACH ROW EXECUTE FUNCTION tessera_notify_change('bindings');
--> statement-breakpoint
-- What a bound action runs changes with its deployment, its name, and the build of its version.
CREATE TRIGGER tessera_notify_change AFTER UPDATE OF deployed_version_id, name ON actions FOR EACH ROW EXECUTE FUNCTION tessera_notify_change('bindings');
--> statement-breakpoint
CREATE TRIGGER tessera_notify_change AFTER UPDATE ON action_versions FOR EACH ROW EXECUTE FUNCTION tessera_notify_change('bindings');

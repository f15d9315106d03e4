CREATE TRIGGER tessera_notify_change AFTER INSERT OR UPDATE OR DELETE ON custom_texts FOR EACH ROW EXECUTE FUNCTION tessera_notify_change('customTexts');

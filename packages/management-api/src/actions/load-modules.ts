import type { ActionContent, BuildDiagnostic, ModuleSource, TenantStore } from '@tessera/model';

/** What the build needs of the module versions that an action pins, or the one that is gone. */
export async function loadModules(
  store: Pick<TenantStore, 'modules'>,
  { modules = [] }: ActionContent,
): Promise<{ readonly modules?: readonly ModuleSource[] } | { readonly missing: BuildDiagnostic }> {
  const sources: ModuleSource[] = [];
  for (const { moduleId, moduleName, moduleVersionId, moduleVersionNumber } of modules) {
    const version = await store.modules.findVersion(moduleId, moduleVersionId);
    if (version === undefined) {
      const message = `Version ${moduleVersionNumber} of the module "${moduleName}" does not exist any more: choose another version of it, or remove it from the modules of the action`;
      return { missing: { id: 'module_not_found', message } };
    }
    const { code, dependencies } = version;
    sources.push({ name: moduleName, code, dependencies });
  }
  return sources.length === 0 ? {} : { modules: sources };
}

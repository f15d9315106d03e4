import type { ActionDependency, BuildDiagnostic } from '../entities/action.ts';
import type {
  ActionModule,
  ModuleContent,
  ModuleUse,
  ModuleVersion,
} from '../entities/action-module.ts';
import type { Page, PageQuery } from './page.ts';

/** A module with the version that was published last. */
export interface ModuleWithVersion {
  readonly module: ActionModule;
  readonly latest: ModuleVersion | undefined;
  /** Actions whose deployed version uses the module, in any version. */
  readonly actionCount: number;
}

/** What the build of a published version found out. */
export interface ModuleBuildReport {
  /** Pinned versions; absent when the build did not get that far. */
  readonly dependencies?: readonly ActionDependency[];
  readonly diagnostics: readonly BuildDiagnostic[];
}

/** Modules of Actions and their published versions. */
export interface ModuleRepository {
  /** Rejects with `module_name_conflict` when the name is taken. */
  create(module: Omit<ActionModule, 'createdAt' | 'updatedAt'>): Promise<ActionModule>;
  find(id: string): Promise<ModuleWithVersion | undefined>;
  /** In order of creation. */
  list(query: PageQuery): Promise<Page<ModuleWithVersion>>;
  count(): Promise<number>;
  /**
   * Within a transaction: until it ends nobody deletes or publishes the module (`use`), or uses it either
   * (`change`). False when there is none.
   */
  lock(id: string, purpose: 'use' | 'change'): Promise<boolean>;
  updateDraft(id: string, patch: Partial<ModuleContent>): Promise<ActionModule | undefined>;
  /** Deletes the module with its versions. Drafts and deployed versions that use it must be none. */
  delete(id: string): Promise<boolean>;

  /**
   * Adds version n+1 with the given content, atomically (the module's row is locked). Keeps 50 versions:
   * the oldest that no draft and no deployed version uses makes room. Rejects with
   * `module_version_limit` when all 50 are in use.
   */
  publish(
    moduleId: string,
    version: ModuleContent & { readonly id: string },
  ): Promise<ModuleVersion>;
  findVersion(moduleId: string, versionId: string): Promise<ModuleVersion | undefined>;
  /** Newest first. */
  listVersions(moduleId: string, query: PageQuery): Promise<Page<ModuleVersion>>;
  /** Writes a build's findings; a draft with the same dependencies gets the pinned ones too. */
  reportBuild(moduleId: string, versionId: string, report: ModuleBuildReport): Promise<void>;

  /** Actions whose deployed version uses the module, by name. */
  listUses(moduleId: string, query: PageQuery): Promise<Page<ModuleUse>>;
  /** Names of all actions whose draft or deployed version uses the module. */
  listUserNames(moduleId: string): Promise<readonly string[]>;
}

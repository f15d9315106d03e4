import type {
  Action,
  ActionContent,
  ActionDependency,
  ActionVersion,
  Artifact,
  Binding,
  BuildDiagnostic,
  BuildStatus,
  EgressRules,
} from '../entities/action.ts';
import type { Page, PageQuery } from './page.ts';

/** What a build found out about one revision of a draft. */
export interface BuildReport {
  readonly status: BuildStatus;
  readonly artifactHash?: string;
  /** Pinned versions; absent when the build did not get that far. */
  readonly dependencies?: readonly ActionDependency[];
  readonly diagnostics?: readonly BuildDiagnostic[];
}

/** What a save changes of a draft. `egress: null` removes its rules; `modules: []` its modules. */
export type DraftPatch = Partial<
  Omit<ActionContent, 'egress'> & { readonly name: string; readonly egress: EgressRules | null }
>;

export interface ActionRepository {
  /** Rejects with `action_name_conflict` when the name is taken. */
  create(
    action: Omit<Action, 'createdAt' | 'updatedAt' | 'draftRevision' | 'diagnostics'>,
  ): Promise<Action>;
  find(id: string): Promise<Action | undefined>;
  findByName(name: string): Promise<Action | undefined>;
  /** In order of creation. */
  list(
    query: PageQuery & {
      readonly triggerId?: string;
      readonly actionName?: string;
      readonly deployed?: boolean;
    },
  ): Promise<Page<Action>>;
  count(): Promise<number>;
  /** Changes the draft, sets its status to `pending` and increases `draftRevision`. */
  updateDraft(id: string, patch: DraftPatch): Promise<Action | undefined>;
  /** Writes a build's findings, unless the draft has changed since `draftRevision`: then false. */
  reportBuild(id: string, draftRevision: number, report: BuildReport): Promise<boolean>;
  /** Deletes the action with its versions and bindings. */
  delete(id: string): Promise<boolean>;

  /**
   * Adds version n+1 and makes it the deployed one, atomically (the action's row is locked).
   * Keeps the newest 50 versions and the deployed one.
   */
  deploy(
    actionId: string,
    version: ActionContent & {
      readonly id: string;
      readonly artifactHash?: string;
      readonly status: BuildStatus;
    },
  ): Promise<ActionVersion>;
  /** Writes the result of a build that ran after deployment (`deploy: true` at creation). */
  reportVersionBuild(versionId: string, report: BuildReport): Promise<void>;
  findVersion(actionId: string, versionId: string): Promise<ActionVersion | undefined>;
  /** Newest first. */
  listVersions(actionId: string, query: PageQuery): Promise<Page<ActionVersion>>;
}

/** A bound action with the version that serves traffic, secrets decrypted. */
export interface BoundAction {
  readonly binding: Binding;
  readonly action: Pick<Action, 'id' | 'name'>;
  readonly version: ActionVersion;
}

export interface BindingRepository {
  /** Replaces all bindings of the trigger; ids and times are new. */
  replace(
    triggerId: string,
    bindings: readonly Omit<Binding, 'createdAt' | 'updatedAt'>[],
  ): Promise<readonly Binding[]>;
  /** By position. */
  list(triggerId: string, query: PageQuery): Promise<Page<Binding>>;
  listForAction(actionId: string): Promise<readonly Binding[]>;
  /**
   * What a run of the trigger executes, in order; only versions that are built.
   * Cached per tenant until a `bindings` change: hot on every login.
   */
  listBound(triggerId: string): Promise<readonly BoundAction[]>;
}

/** Built files, content-addressed and shared by the versions of one tenant. */
export interface ArtifactRepository {
  find(hash: string): Promise<Artifact | undefined>;
  /** Does nothing when the hash is there already. */
  save(artifact: Artifact): Promise<void>;
}

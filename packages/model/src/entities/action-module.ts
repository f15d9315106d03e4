import type { ActionDependency, ActionSecret, BuildDiagnostic } from './action.ts';

/** What a module is made of: everything that publishing snapshots. */
export interface ModuleContent {
  readonly code: string;
  readonly dependencies: readonly ActionDependency[];
  readonly secrets: readonly ActionSecret[];
}

/** Code that several actions share, with its draft. */
export interface ActionModule extends ModuleContent {
  /** UUID v4. */
  readonly id: string;
  /** Unique in the tenant; actions require `actions:<name>`. */
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A published snapshot of a module. Only its build changes it: it pins the dependencies. */
export interface ModuleVersion extends ModuleContent {
  readonly id: string;
  readonly moduleId: string;
  /** 1, 2, 3, ... in a module. */
  readonly number: number;
  /** What the build of the version found; empty until it ran, and when all is well. */
  readonly diagnostics: readonly BuildDiagnostic[];
  readonly createdAt: Date;
}

/** An action that uses a module. */
export interface ModuleUse {
  readonly actionId: string;
  readonly actionName: string;
  readonly moduleVersionId: string;
  readonly moduleVersionNumber: number;
}

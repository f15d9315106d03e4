import {
  type CreateActionBody,
  TRIGGER_CATALOG,
  type UpdateActionBody,
} from '@tessera/api-contract';
import {
  type ActionDependency,
  type ActionSecret,
  type EgressRules,
  findEgressRuleProblem,
  type SupportedTrigger,
} from '@tessera/model';
import { WireError } from '../http/wire-error.ts';

type TriggerInput = NonNullable<UpdateActionBody['supported_triggers']>[number];
type SecretInput = NonNullable<UpdateActionBody['secrets']>[number];
type DependencyInput = NonNullable<UpdateActionBody['dependencies']>[number];

/** What an action runs when its author has written nothing yet. */
const DEFAULT_CODE = 'module.exports = () => {}';

/** The triggers of a body; without a version, the current one of the contract. */
export function readTriggers(inputs: readonly TriggerInput[]): readonly SupportedTrigger[] {
  return inputs.map(({ id, version }) => {
    const known = TRIGGER_CATALOG.filter((trigger) => trigger.id === id);
    const chosen =
      version === undefined
        ? known.find((trigger) => trigger.status === 'CURRENT')
        : known.find((trigger) => trigger.version === version);
    if (chosen !== undefined) return { id: chosen.id, version: chosen.version };
    throw new WireError('invalid_body', `The trigger ${id} has no version ${version ?? ''}.`, {
      errorCode: 'invalid_body',
    });
  });
}

/** The runtime that a trigger's version runs on unless its author names another. */
function defaultRuntimeOf(trigger: SupportedTrigger | undefined): string {
  const known = TRIGGER_CATALOG.find(
    ({ id, version }) => id === trigger?.id && version === trigger.version,
  );
  return known?.default_runtime ?? 'node22';
}

/** A draft may move to another version of its trigger only along the catalog's compatible ones. */
export function checkUpgrade(
  from: readonly SupportedTrigger[],
  to: readonly SupportedTrigger[],
): void {
  for (const trigger of to) {
    const isSame = from.some(({ id, version }) => id === trigger.id && version === trigger.version);
    const compatible =
      TRIGGER_CATALOG.find(({ id, version }) => id === trigger.id && version === trigger.version)
        ?.compatible_triggers ?? [];
    const isUpgrade = compatible.some(({ id, version }) =>
      from.some((old) => old.id === id && old.version === version),
    );
    if (!isSame && !isUpgrade)
      throw new WireError('invalid_body', "can't upgrade to this trigger.");
  }
}

/** Dependencies of a body; without a version, the latest at the time of the build. */
export const readDependencies = (inputs: readonly DependencyInput[]): readonly ActionDependency[] =>
  inputs.map(({ name, version, registry_url }) => ({
    name,
    version: version ?? 'latest',
    ...(registry_url === undefined ? {} : { registryUrl: registry_url }),
  }));

/**
 * The secrets after a save: exactly those that the body names. Known ones keep their place, new ones
 * follow. A name without value keeps the value that is stored; with none stored it is refused.
 */
export function mergeSecrets(
  stored: readonly ActionSecret[],
  inputs: readonly SecretInput[],
  now: Date,
): readonly ActionSecret[] {
  const storedByName = new Map(stored.map((secret) => [secret.name, secret]));
  const merged = inputs.map(({ name, value }, index): ActionSecret => {
    const kept = storedByName.get(name);
    if (value !== undefined) return { name, value, updatedAt: now };
    if (kept !== undefined) return kept;
    throw new WireError(
      'invalid_body',
      `Payload validation error: 'Missing required property: value' on property secrets[${index}].`,
      { errorCode: 'invalid_body' },
    );
  });
  const placeOf = (name: string): number => {
    const place = stored.findIndex((secret) => secret.name === name);
    return place === -1 ? stored.length : place;
  };
  return merged.sort((one, other) => placeOf(one.name) - placeOf(other.name));
}

/** The egress rules of a body; without a rule, none at all. Refuses what the broker could not read. */
export function readEgress(input: NonNullable<UpdateActionBody['egress']>): EgressRules | null {
  const rules = { allow: input.allow ?? [], deny: input.deny ?? [] };
  for (const list of ['allow', 'deny'] as const) {
    for (const [index, rule] of rules[list].entries()) {
      const problem = findEgressRuleProblem(rule);
      if (problem === undefined) continue;
      const at = `egress.${list}[${index}]`;
      throw new WireError(
        'invalid_body',
        `Payload validation error: '${problem}' on property ${at}.`,
        { errorCode: 'invalid_body' },
      );
    }
  }
  return rules.allow.length + rules.deny.length === 0 ? null : rules;
}

/** The draft that a creation asks for; its modules are looked up elsewhere. */
export function readNewDraft(body: CreateActionBody, now: Date) {
  const egress = body.egress ? readEgress(body.egress) : null;
  const supportedTriggers = readTriggers(body.supported_triggers);
  return {
    name: body.name,
    supportedTriggers,
    code: body.code ?? DEFAULT_CODE,
    dependencies: readDependencies(body.dependencies ?? []),
    runtime: body.runtime ?? defaultRuntimeOf(supportedTriggers[0]),
    secrets: mergeSecrets([], body.secrets ?? [], now),
    ...(egress === null ? {} : { egress }),
  };
}

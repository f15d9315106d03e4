import type { JsonObject } from '@tessera/model';
import { ByteBudget, jsonLength } from '../json/byte-budget.ts';
import { isJsonObject } from '../json/clone-json.ts';
import {
  CLAIMS_MAX_BYTES,
  SCOPES_MAX_BYTES,
  TRANSACTION_METADATA_MAX_BYTES,
  TRANSACTION_METADATA_VALUE_MAX_BYTES,
  USER_METADATA_MAX_BYTES,
} from '../limits.ts';
import { unreachable } from '../unreachable.ts';
import type { TriggerCommand } from './trigger-command.ts';

/** What a run has set so far, against the limits that hold for all of it together. */
export interface CommandBudgets {
  readonly claims: ByteBudget;
  readonly userMetadata: ByteBudget;
  readonly appMetadata: ByteBudget;
  readonly transactionMetadata: ByteBudget;
  readonly scopes: ByteBudget;
}

/** Claims and scopes that a run brings along from before its suspension. */
export interface EarlierGrants {
  readonly idTokenClaims: JsonObject;
  readonly accessTokenClaims: JsonObject;
  readonly addedScopes: readonly string[];
  readonly removedScopes: readonly string[];
}

/** Budgets in which what the transaction holds already is taken. */
export function createCommandBudgets(event: JsonObject, earlier?: EarlierGrants): CommandBudgets {
  const budgets: CommandBudgets = {
    claims: new ByteBudget(CLAIMS_MAX_BYTES),
    userMetadata: new ByteBudget(USER_METADATA_MAX_BYTES),
    appMetadata: new ByteBudget(USER_METADATA_MAX_BYTES),
    transactionMetadata: new ByteBudget(TRANSACTION_METADATA_MAX_BYTES),
    scopes: new ByteBudget(SCOPES_MAX_BYTES),
  };
  const transaction = isJsonObject(event.transaction) ? event.transaction : {};
  const metadata = isJsonObject(transaction.metadata) ? transaction.metadata : {};
  for (const [key, value] of Object.entries(metadata)) budgets.transactionMetadata.take(key, value);
  if (earlier === undefined) return budgets;
  for (const [name, value] of Object.entries(earlier.idTokenClaims)) {
    budgets.claims.take(`id:${name}`, value);
  }
  for (const [name, value] of Object.entries(earlier.accessTokenClaims)) {
    budgets.claims.take(`access:${name}`, value);
  }
  for (const scope of [...earlier.addedScopes, ...earlier.removedScopes]) {
    budgets.scopes.take(scope, null);
  }
  return budgets;
}

/** Takes what the command needs. Returns the limit that it would pass, in words, and takes nothing. */
export function takeFromBudgets(
  budgets: CommandBudgets,
  command: TriggerCommand,
): string | undefined {
  switch (command.method) {
    case 'idToken.setCustomClaim':
      return take(budgets.claims.take(`id:${command.args[0]}`, command.args[1]), CLAIMS);
    case 'accessToken.setCustomClaim':
      return take(budgets.claims.take(`access:${command.args[0]}`, command.args[1]), CLAIMS);
    case 'user.setUserMetadata':
      return take(budgets.userMetadata.take(command.args[0], command.args[1]), USER_METADATA);
    case 'user.setAppMetadata':
      return take(budgets.appMetadata.take(command.args[0], command.args[1]), APP_METADATA);
    case 'transaction.setMetadata':
      return takeTransactionMetadata(budgets.transactionMetadata, ...command.args);
    case 'accessToken.addScope':
    case 'accessToken.removeScope':
    case 'transaction.addTargetScope':
    case 'transaction.removeTargetScope':
      return take(budgets.scopes.take(command.args[0], null), SCOPES);
    case 'transaction.setTargetScopes':
      return take(
        command.args[0].every((scope) => budgets.scopes.take(scope, null)),
        SCOPES,
      );
    case 'transaction.clearTargetScopes':
    case 'access.deny':
    case 'redirect.sendUserTo':
    case 'validation.error':
      return undefined;
    default:
      return unreachable(command);
  }
}

const take = (fits: boolean, limit: string): string | undefined => (fits ? undefined : limit);

function takeTransactionMetadata(
  budget: ByteBudget,
  key: string,
  value: string | number | boolean | null,
): string | undefined {
  if (value === null) {
    budget.free(key);
    return undefined;
  }
  if (jsonLength(value) > TRANSACTION_METADATA_VALUE_MAX_BYTES) return TRANSACTION_METADATA_VALUE;
  return take(budget.take(key, value), TRANSACTION_METADATA);
}

const CLAIMS = `the claims of a login exceed ${CLAIMS_MAX_BYTES} bytes`;
const USER_METADATA = `the changes of user_metadata exceed ${USER_METADATA_MAX_BYTES} bytes`;
const APP_METADATA = `the changes of app_metadata exceed ${USER_METADATA_MAX_BYTES} bytes`;
const TRANSACTION_METADATA = `the transaction metadata exceeds ${TRANSACTION_METADATA_MAX_BYTES} bytes`;
const TRANSACTION_METADATA_VALUE = `a value of the transaction metadata exceeds ${TRANSACTION_METADATA_VALUE_MAX_BYTES} bytes`;
const SCOPES = `the changed scopes exceed ${SCOPES_MAX_BYTES} bytes`;

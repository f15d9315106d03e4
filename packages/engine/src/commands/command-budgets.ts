import type { JsonObject, JsonValue } from '@tessera/model';
import { ByteBudget, jsonLength } from '../json/byte-budget.ts';
import { isJsonObject } from '../json/clone-json.ts';
import {
  CLAIMS_MAX_BYTES,
  SCOPES_MAX_BYTES,
  SESSION_METADATA_MAX_KEYS,
  TRANSACTION_METADATA_MAX_BYTES,
  TRANSACTION_METADATA_VALUE_MAX_BYTES,
  USER_METADATA_MAX_BYTES,
} from '../limits.ts';
import { KeyBudget } from './key-budget.ts';
import type { TriggerCommand } from './trigger-command.ts';

/** What a run has set so far, against the limits that hold for all of it together. */
export interface CommandBudgets {
  readonly claims: ByteBudget;
  readonly userMetadata: ByteBudget;
  readonly appMetadata: ByteBudget;
  readonly transactionMetadata: ByteBudget;
  readonly scopes: ByteBudget;
  readonly sessionMetadata: KeyBudget;
  readonly refreshTokenMetadata: KeyBudget;
  /** Whether the transaction has a primary user already. */
  hasPrimaryUser: boolean;
}

/** What a run brings along from before its suspension. */
export interface EarlierGrants {
  readonly idTokenClaims: JsonObject;
  readonly accessTokenClaims: JsonObject;
  readonly addedScopes: readonly string[];
  readonly removedScopes: readonly string[];
  readonly primaryUserId?: string;
}

/** Budgets in which what the transaction holds already is taken. */
export function createCommandBudgets(event: JsonObject, earlier?: EarlierGrants): CommandBudgets {
  const budgets: CommandBudgets = {
    claims: new ByteBudget(CLAIMS_MAX_BYTES),
    userMetadata: new ByteBudget(USER_METADATA_MAX_BYTES),
    appMetadata: new ByteBudget(USER_METADATA_MAX_BYTES),
    transactionMetadata: new ByteBudget(TRANSACTION_METADATA_MAX_BYTES),
    scopes: new ByteBudget(SCOPES_MAX_BYTES),
    sessionMetadata: new KeyBudget(SESSION_METADATA_MAX_KEYS, metadataKeys(event.session)),
    refreshTokenMetadata: new KeyBudget(
      SESSION_METADATA_MAX_KEYS,
      metadataKeys(event.refresh_token),
    ),
    hasPrimaryUser: earlier?.primaryUserId !== undefined,
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
    case 'session.setMetadata':
      return take(budgets.sessionMetadata.take(command.args[0]), SESSION_METADATA);
    case 'refreshToken.setMetadata':
      return take(budgets.refreshTokenMetadata.take(command.args[0]), REFRESH_TOKEN_METADATA);
    case 'authentication.setPrimaryUser':
      if (budgets.hasPrimaryUser) return PRIMARY_USER;
      budgets.hasPrimaryUser = true;
      return undefined;
    default:
      giveBack(budgets, command);
      return undefined;
  }
}

/** What a command makes room for. */
function giveBack(budgets: CommandBudgets, command: TriggerCommand): void {
  switch (command.method) {
    case 'session.deleteMetadata':
      budgets.sessionMetadata.free(command.args[0]);
      return;
    case 'session.evictMetadata':
      budgets.sessionMetadata.clear();
      return;
    case 'refreshToken.deleteMetadata':
      budgets.refreshTokenMetadata.free(command.args[0]);
      return;
    case 'refreshToken.evictMetadata':
      budgets.refreshTokenMetadata.clear();
      return;
    default:
      return;
  }
}

function metadataKeys(owner: JsonValue | undefined): readonly string[] {
  return isJsonObject(owner) && isJsonObject(owner.metadata) ? Object.keys(owner.metadata) : [];
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
const SESSION_METADATA = `the metadata of the session exceeds ${SESSION_METADATA_MAX_KEYS} keys`;
const REFRESH_TOKEN_METADATA = `the metadata of the refresh token exceeds ${SESSION_METADATA_MAX_KEYS} keys`;
const PRIMARY_USER = 'the primary user can be set only once in a transaction';

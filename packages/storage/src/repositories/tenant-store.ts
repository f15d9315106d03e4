import type { SqlTransaction, TenantStore } from '@tessera/model';
import { guardMethods } from '../database/guard-methods.ts';
import { mapDatabaseError } from '../database/map-database-error.ts';
import { createActionRepository } from './action-repository.ts';
import { createArtifactRepository } from './artifact-repository.ts';
import { createAuthenticatorRepository } from './authenticator-repository.ts';
import { createBindingRepository } from './binding-repository.ts';
import { createClientGrantRepository } from './client-grant-repository.ts';
import { createClientRepository } from './client-repository.ts';
import { createConnectionRepository } from './connection-repository.ts';
import type { RepositoryContext } from './context.ts';
import { createCustomTextRepository } from './custom-text-repository.ts';
import { createExecutionRepository } from './execution-repository.ts';
import { createFormRepository } from './form-repository.ts';
import { createGroupRepository } from './group-repository.ts';
import { createLogRepository } from './log-repository.ts';
import { createLoginBlockRepository } from './login-block-repository.ts';
import { createManagementJobRepository } from './management-job-repository.ts';
import { createMessageProviderRepository } from './message-provider-repository.ts';
import {
  createEmailTemplateRepository,
  createPhoneTemplateRepository,
} from './message-template-repositories.ts';
import { createModuleRepository } from './module-repository.ts';
import { createOidcModelRepository } from './oidc-model-repository.ts';
import { createOutboxRepository } from './outbox-repository.ts';
import { createPasswordHistoryRepository } from './password-history-repository.ts';
import { createResourceServerRepository } from './resource-server-repository.ts';
import { createRoleRepository } from './role-repository.ts';
import { createSigningKeyRepository } from './signing-key-repository.ts';
import { createTicketRepository } from './ticket-repository.ts';
import { createTokenExchangeProfileRepository } from './token-exchange-profile-repository.ts';
import { createUserDeviceRepository } from './user-device-repository.ts';
import { createUserRepository } from './user-repository.ts';

/** All repositories of one tenant, on the pool or in a transaction. */
export function createTenantStore(context: RepositoryContext): TenantStore {
  return {
    tenantId: context.tenantId,
    clients: guardMethods(createClientRepository(context)),
    resourceServers: guardMethods(createResourceServerRepository(context)),
    clientGrants: guardMethods(createClientGrantRepository(context)),
    connections: guardMethods(createConnectionRepository(context)),
    users: guardMethods(createUserRepository(context)),
    roles: guardMethods(createRoleRepository(context)),
    groups: guardMethods(createGroupRepository(context)),
    signingKeys: guardMethods(createSigningKeyRepository(context)),
    actions: guardMethods(createActionRepository(context)),
    bindings: guardMethods(createBindingRepository(context)),
    modules: guardMethods(createModuleRepository(context)),
    tokenExchangeProfiles: guardMethods(createTokenExchangeProfileRepository(context)),
    artifacts: guardMethods(createArtifactRepository(context)),
    executions: guardMethods(createExecutionRepository(context)),
    logs: guardMethods(createLogRepository(context)),
    oidcModels: guardMethods(createOidcModelRepository(context)),
    forms: guardMethods(createFormRepository(context)),
    customTexts: guardMethods(createCustomTextRepository(context)),
    tickets: guardMethods(createTicketRepository(context)),
    passwordHistory: guardMethods(createPasswordHistoryRepository(context)),
    loginBlocks: guardMethods(createLoginBlockRepository(context)),
    managementJobs: guardMethods(createManagementJobRepository(context)),
    outbox: guardMethods(createOutboxRepository(context)),
    emailTemplates: guardMethods(createEmailTemplateRepository(context)),
    phoneTemplates: guardMethods(createPhoneTemplateRepository(context)),
    messageProviders: guardMethods(createMessageProviderRepository(context)),
    authenticators: guardMethods(createAuthenticatorRepository(context)),
    userDevices: guardMethods(createUserDeviceRepository(context)),
    transaction: (work) => runTransaction(context, work),
  };
}

async function runTransaction<T>(
  context: RepositoryContext,
  work: (tx: TenantStore & { readonly sql: SqlTransaction }) => Promise<T>,
): Promise<T> {
  if (context.session.isTransaction) throw new Error('Transactions cannot be nested');
  try {
    return await context.session.transaction((session) =>
      work({
        ...createTenantStore({ ...context, session }),
        sql: guardMethods(session.sql),
      }),
    );
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

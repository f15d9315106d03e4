import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import type { AuthoringServices } from '../../actions/action-authoring.ts';
import {
  createModule,
  deleteModule,
  getModule,
  getModuleVersion,
  publishModule,
  rollBackModule,
  updateModule,
} from '../../actions/module-authoring.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import {
  toCountedListBody,
  toPageQuery,
  toProtoListBody,
  toProtoPageQuery,
} from '../../http/paging.ts';
import { toWireModule, toWireModuleVersion } from './module-mapper.ts';

type ModuleOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listModules'
  | 'createModule'
  | 'getModule'
  | 'updateModule'
  | 'deleteModule'
  | 'listModuleActions'
  | 'rollBackModule'
  | 'listModuleVersions'
  | 'publishModule'
  | 'getModuleVersion'
>;

export function moduleHandlers(services: AuthoringServices): OperationHandlers<ModuleOperations> {
  return {
    listModules: async ({ store, query }) => {
      const { items, total } = await store.modules.list(toPageQuery(query));
      const page = { items: items.map(toWireModule), total };
      return { status: 200, body: toCountedListBody('modules', page, query) };
    },
    createModule: async ({ store, body }) => ({
      status: 201,
      body: toWireModule(await createModule(services, store, body)),
    }),
    getModule: async ({ store, params }) => ({
      status: 200,
      body: toWireModule(await getModule(store, params.id)),
    }),
    updateModule: async ({ store, params, body }) => ({
      status: 200,
      body: toWireModule(await updateModule(services, store, { id: params.id, body })),
    }),
    deleteModule: async ({ store, params }) => {
      await deleteModule(store, params.id);
      return { status: 204 };
    },
    listModuleActions: async ({ store, params, query }) => {
      const { module } = await getModule(store, params.id);
      const { items, total } = await store.modules.listUses(module.id, toProtoPageQuery(query));
      const actions = items.map((use) => ({
        action_id: use.actionId,
        action_name: use.actionName,
        module_version_id: use.moduleVersionId,
        module_version_number: use.moduleVersionNumber,
      }));
      return { status: 200, body: toProtoListBody('actions', { items: actions, total }, query) };
    },
    rollBackModule: async ({ store, params, body }) => ({
      status: 200,
      body: toWireModule(
        await rollBackModule(store, { id: params.id, versionId: body.module_version_id }),
      ),
    }),
    listModuleVersions: async ({ store, params, query }) => {
      const { module } = await getModule(store, params.id);
      const { items, total } = await store.modules.listVersions(module.id, toPageQuery(query));
      const page = { items: items.map(toWireModuleVersion), total };
      return { status: 200, body: toCountedListBody('versions', page, query) };
    },
    publishModule: async ({ store, params }) => ({
      status: 200,
      body: toWireModuleVersion(await publishModule(services, store, params.id)),
    }),
    getModuleVersion: async ({ store, params }) => ({
      status: 200,
      body: toWireModuleVersion(await getModuleVersion(store, params.id, params.versionId)),
    }),
  };
}

import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import type { Action, ActionVersion } from '@tessera/model';
import {
  type AuthoringServices,
  createAction,
  deleteAction,
  deployAction,
  getAction,
  getActionVersion,
  rollBack,
  updateAction,
  withDeployedVersion,
} from '../../actions/action-authoring.ts';
import { type TestServices, testAction } from '../../actions/test-action.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { toProtoListBody, toProtoPageQuery } from '../../http/paging.ts';
import { toWireAction, toWireActionVersion, type VersionPlace } from './action-mapper.ts';

type ActionOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listActions'
  | 'createAction'
  | 'getAction'
  | 'updateAction'
  | 'deleteAction'
  | 'deployAction'
  | 'testAction'
  | 'listActionVersions'
  | 'getActionVersion'
  | 'deployActionVersion'
>;

const placeOf = (version: ActionVersion, action: Action): VersionPlace =>
  version.id === action.deployedVersionId ? 'deployed' : 'superseded';

export function actionHandlers(
  services: AuthoringServices & TestServices,
): OperationHandlers<ActionOperations> {
  return {
    listActions: async ({ store, query }) => {
      const { triggerId, actionName, deployed, installed } = query;
      const page =
        installed === true
          ? { items: [], total: 0 }
          : await store.actions.list({
              ...toProtoPageQuery(query),
              ...(triggerId === undefined ? {} : { triggerId }),
              ...(actionName === undefined ? {} : { actionName }),
              ...(deployed === undefined ? {} : { deployed }),
            });
      const items = await Promise.all(
        page.items.map((action) => withDeployedVersion(store, action)),
      );
      return {
        status: 200,
        body: toProtoListBody(
          'actions',
          { items: items.map(toWireAction), total: page.total },
          query,
        ),
      };
    },
    createAction: async ({ store, body }) => ({
      status: 201,
      body: toWireAction(await createAction(services, store, body)),
    }),
    getAction: async ({ store, params }) => {
      const action = await getAction(store, params.id);
      return { status: 200, body: toWireAction(await withDeployedVersion(store, action)) };
    },
    updateAction: async ({ store, params, body }) => ({
      status: 200,
      body: toWireAction(await updateAction(services, store, { id: params.id, body })),
    }),
    deleteAction: async ({ store, params, query }) => {
      await deleteAction(store, { id: params.id, force: query.force === true });
      return { status: 204 };
    },
    deployAction: async ({ store, params }) => {
      const { action, version } = await deployAction(services, store, params.id);
      return { status: 200, body: toWireActionVersion(action, version, 'fresh') };
    },
    testAction: async ({ store, context, params, body }) => ({
      status: 200,
      body: await testAction(services, {
        store,
        tenant: context.tenant,
        id: params.id,
        event: body.payload.event ?? {},
      }),
    }),
    listActionVersions: async ({ store, params, query }) => {
      const action = await getAction(store, params.actionId);
      const page = await store.actions.listVersions(action.id, toProtoPageQuery(query));
      const items = page.items.map((version) =>
        toWireActionVersion(action, version, placeOf(version, action)),
      );
      return {
        status: 200,
        body: toProtoListBody('versions', { items, total: page.total }, query),
      };
    },
    getActionVersion: async ({ store, params }) => {
      const action = await getAction(store, params.actionId);
      const version = await getActionVersion(store, action.id, params.id);
      return {
        status: 200,
        body: toWireActionVersion(action, version, placeOf(version, action)),
      };
    },
    deployActionVersion: async ({ store, params, body }) => {
      const { action, version } = await rollBack(services, store, {
        actionId: params.actionId,
        versionId: params.id,
        updateDraft: body.update_draft === true,
      });
      return { status: 200, body: toWireActionVersion(action, version, 'fresh') };
    },
  };
}

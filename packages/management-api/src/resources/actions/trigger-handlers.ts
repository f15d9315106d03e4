import {
  type MANAGEMENT_OPERATIONS,
  TRIGGER_CATALOG,
  type WireBinding,
} from '@tessera/api-contract';
import type { AuthoringServices } from '../../actions/action-authoring.ts';
import {
  type BindingWithAction,
  listBindings,
  replaceBindings,
} from '../../actions/trigger-bindings.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { toProtoListBody, toProtoPageQuery } from '../../http/paging.ts';
import { toNanoTimestamp } from '../../http/timestamps.ts';
import { toWireBoundAction } from './action-mapper.ts';

const toWireBinding = ({ binding, ...action }: BindingWithAction): WireBinding => ({
  id: binding.id,
  trigger_id: binding.triggerId,
  action: toWireBoundAction(action),
  created_at: toNanoTimestamp(binding.createdAt),
  updated_at: toNanoTimestamp(binding.updatedAt),
  display_name: binding.displayName,
});

type TriggerOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'listTriggers' | 'listBindings' | 'updateBindings'
>;

export function triggerHandlers(services: AuthoringServices): OperationHandlers<TriggerOperations> {
  return {
    listTriggers: async () => ({ status: 200, body: { triggers: TRIGGER_CATALOG } }),
    listBindings: async ({ store, params, query }) => {
      const { items, total } = await listBindings(store, params.triggerId, toProtoPageQuery(query));
      return {
        status: 200,
        body: toProtoListBody('bindings', { items: items.map(toWireBinding), total }, query),
      };
    },
    updateBindings: async ({ store, params, body }) => {
      const bindings = await replaceBindings(services, store, {
        triggerId: params.triggerId,
        bindings: body.bindings,
      });
      return { status: 200, body: { bindings: bindings.map(toWireBinding) } };
    },
  };
}

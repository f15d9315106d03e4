import type { SendMessageHandlerOptions } from '@tessera/messages';
import type { Config } from './config.ts';
import type { Sandbox } from './start-sandbox.ts';

/** How messages leave: the operator's mail server, and tenants' own, judged by the rules of their Actions. */
export function describeDelivery(
  { smtp }: Config,
  { egress }: Sandbox,
): Pick<SendMessageHandlerOptions, 'judgeHost' | 'operatorSmtp'> {
  return {
    judgeHost: async (tenantId, { host, port }) => {
      const route = await egress.decide({ tenantId, host, port, actionRules: [] });
      return route.destinations;
    },
    ...(smtp && { operatorSmtp: smtp }),
  };
}

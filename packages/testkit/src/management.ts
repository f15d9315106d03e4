import type { fetch } from 'undici';
import { eventually } from './eventually.ts';

/** An answer of the management API: status and parsed body. */
export interface ManagementAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any member of any answer; a wrong one fails their assertions
  readonly body: any;
}

/** The management API as a test uses it. */
export interface Management {
  request(method: string, path: string, body?: unknown): Promise<ManagementAnswer>;
  /** Like `request`, but anything but a 2xx throws with the answer in the message. Returns the body. */
  // biome-ignore lint/suspicious/noExplicitAny: see `ManagementAnswer.body`
  ok(method: string, path: string, body?: unknown): Promise<any>;
  /** Creates an action, waits for its build, deploys it, and appends it to the trigger's bindings. Returns its id. */
  deployAction(action: TestAction): Promise<string>;
}

/** An action to deploy. */
export interface TestAction {
  readonly name: string;
  readonly trigger: { readonly id: string; readonly version: string };
  readonly code: string;
  readonly dependencies?: readonly { readonly name: string; readonly version: string }[];
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface ManagementOptions {
  /** Base URL of the tenant. */
  readonly url: string;
  readonly getToken: (audience: string) => Promise<string>;
  readonly fetch: typeof fetch;
}

const BUILD_TIMEOUT_MS = 120_000;

/** Speaks to the management API with a token of its own, fetched when needed. */
export function createManagement(options: ManagementOptions): Management {
  let token: string | undefined;

  async function request(method: string, path: string, body?: unknown): Promise<ManagementAnswer> {
    token ??= await options.getToken(`${options.url}/api/v2/`);
    const answer = await options.fetch(`${options.url}/api/v2/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  async function ok(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<ManagementAnswer['body']> {
    const answer = await request(method, path, body);
    if (answer.status >= 300) {
      throw new Error(
        `${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`,
      );
    }
    return answer.body;
  }

  async function waitForBuild(id: string): Promise<void> {
    await eventually(
      `build of ${id}`,
      async () => {
        const action = await ok('GET', `actions/actions/${id}`);
        if (action.status === 'failed') throw new Error(`it failed: ${JSON.stringify(action)}`);
        return action.status === 'built' ? action : undefined;
      },
      { timeoutMs: BUILD_TIMEOUT_MS },
    );
  }

  return {
    request,
    ok,
    async deployAction(action) {
      const created = await ok('POST', 'actions/actions', {
        name: action.name,
        supported_triggers: [action.trigger],
        code: action.code,
        dependencies: action.dependencies ?? [],
        secrets: Object.entries(action.secrets ?? {}).map(([name, value]) => ({ name, value })),
      });
      await waitForBuild(created.id);
      await ok('POST', `actions/actions/${created.id}/deploy`);
      const path = `actions/triggers/${action.trigger.id}/bindings`;
      const { bindings } = await ok('GET', `${path}?per_page=50`);
      const kept = bindings.map((binding: { action: { id: string }; display_name: string }) => ({
        ref: { type: 'action_id', value: binding.action.id },
        display_name: binding.display_name,
      }));
      const added = { ref: { type: 'action_id', value: created.id }, display_name: action.name };
      await ok('PATCH', path, { bindings: [...kept, added] });
      return created.id;
    },
  };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyOf, Operation, ParamsOf, QueryOf } from '@tessera/api-contract';
import type { RequestContext, RequestFacts, TenantStore } from '@tessera/model';
import type { AccessToken } from './access-token.ts';

/** What a handler gets: everything is checked already. */
export interface OperationRequest<O extends Operation> {
  readonly context: RequestContext;
  /** The store of the tenant that the request is for. */
  readonly store: TenantStore;
  /** Of an operation without scopes: one that holds none. */
  readonly token: AccessToken;
  readonly params: ParamsOf<O>;
  readonly query: QueryOf<O>;
  readonly body: BodyOf<O>;
  /** The request as Actions see it; without body and credentials. */
  readonly facts: RequestFacts;
}

export interface OperationReply<O extends Operation = Operation> {
  readonly status: keyof O['responses'] & number;
  /** Absent: the answer has no body. Properties are sent in their order. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers by itself, for as long as it likes. What it throws before it answers is a failure as any. */
  readonly stream?: (exchange: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
  }) => void;
}

export type OperationHandler<O extends Operation> = (
  request: OperationRequest<O>,
) => Promise<OperationReply<O>>;

/** A handler for each operation of a table; a missing one does not compile. */
export type OperationHandlers<T extends Readonly<Record<string, Operation>>> = {
  readonly [Id in keyof T]: OperationHandler<T[Id]>;
};

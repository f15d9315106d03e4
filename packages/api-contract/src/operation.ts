import type { z } from 'zod';

export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** One successful answer. Without `schema` the body is empty. */
export interface OperationResponse {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Default `application/json`. */
  readonly mediaType?: string;
}

/** One row of the route table: everything that a server, a client or a document needs to know. */
export interface Operation {
  readonly method: HttpMethod;
  /** Below the prefix of its table, with `{name}` for parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Scopes of the access token. Empty means that no token is needed. */
  readonly scopes: readonly string[];
  /** `any`: one of `scopes` is enough (default). `all`: every one is needed. */
  readonly scopeRule?: 'any' | 'all';
  /** Parameters of the path; those not named here are plain strings. */
  readonly params?: z.ZodObject;
  /** Absent: the operation takes no query and refuses any. */
  readonly query?: z.ZodObject;
  /** Absent: a body is ignored, whatever it is. */
  readonly body?: z.ZodType;
  /** How the body comes. Default `application/json`. */
  readonly bodyMediaType?: 'multipart/form-data';
  /** The body may be absent or `null`; then `{}` is read. */
  readonly isBodyOptional?: boolean;
  /** Successful answers by status; failures are the same everywhere, see `apiErrorSchema`. */
  readonly responses: Readonly<Record<number, OperationResponse>>;
}

/** Keeps the literal types of a table, so that handlers know what they get. */
export const defineOperations = <const T extends Readonly<Record<string, Operation>>>(
  operations: T,
): T => operations;

/** Names of the parameters in a path: `{id}` of `/clients/{id}`. */
type PathParameter<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameter<Rest>
  : never;

/** What a handler gets as parameters of the path. */
export type ParamsOf<O extends Operation> = O extends { readonly params: infer P extends z.ZodType }
  ? z.output<P>
  : { readonly [Name in PathParameter<O['path']>]: string };
/** What a handler gets as query. */
export type QueryOf<O extends Operation> = O extends { readonly query: infer Q extends z.ZodType }
  ? z.output<Q>
  : Record<never, never>;
/** What a handler gets as body. */
export type BodyOf<O extends Operation> = O extends { readonly body: infer B extends z.ZodType }
  ? z.output<B>
  : undefined;

import { z } from 'zod';
import { apiErrorSchema, COMMON_FAILURES } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { Operation } from './operation.ts';
import { MANAGEMENT_OPERATIONS } from './routes.ts';
import { MANAGEMENT_SCOPES } from './scopes.ts';

/** Turns a schema into the JSON schema of what goes over the wire. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => {
      const meta = z.globalRegistry.get(zodSchema);
      if (meta?.openapi === undefined) return;
      for (const key of Object.keys(jsonSchema)) {
        if (key !== 'description') delete jsonSchema[key as keyof typeof jsonSchema];
      }
      Object.assign(jsonSchema, meta.openapi);
    },
  });
  return json as JsonObject;
}

function parametersOf(operation: Operation): JsonObject[] {
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const schema = operation.params?.shape[name];
    return {
      name,
      in: 'path',
      required: true,
      schema:
        schema === undefined ? { type: 'string' } : toJsonSchema(schema as z.ZodType, 'input'),
    };
  });
  const inQuery = Object.entries(operation.query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...json } = toJsonSchema(schema as z.ZodType, 'input');
    return {
      name,
      in: 'query',
      required: !(schema as z.ZodType).safeParse(undefined).success,
      ...(description === undefined ? {} : { description }),
      schema: json,
    };
  });
  return [...inPath, ...inQuery];
}

function responsesOf(operation: Operation): JsonObject {
  const responses: Record<string, JsonObject> = {};
  for (const [status, response] of Object.entries(operation.responses)) {
    const { description, schema, mediaType = 'application/json' } = response;
    responses[status] = {
      description,
      ...(schema === undefined
        ? {}
        : { content: { [mediaType]: { schema: toJsonSchema(schema, 'output') } } }),
    };
  }
  for (const [status, description] of Object.entries(COMMON_FAILURES)) {
    const isAboutBody = status === '413' || status === '409';
    const isAboutToken = status === '401' || status === '403';
    if (isAboutBody && operation.body === undefined) continue;
    if (isAboutToken && operation.scopes.length === 0) continue;
    responses[status] = {
      description,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    };
  }
  return responses;
}

function toOpenApiOperation(operationId: string, operation: Operation): JsonObject {
  return {
    operationId,
    tags: [operation.tag],
    summary: operation.summary,
    parameters: parametersOf(operation),
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: operation.isBodyOptional !== true,
            content: {
              [operation.bodyMediaType ?? 'application/json']: {
                schema: toJsonSchema(operation.body, 'input'),
              },
            },
          },
        }),
    responses: responsesOf(operation),
    security:
      operation.scopes.length === 0 ? [] : [{ bearerAuth: [] }, { oAuth2: [...operation.scopes] }],
  };
}

/**
 * The management API as an OpenAPI 3.1 document, made from the route table.
 *
 * @param baseUrl Base URL of the tenant with a trailing slash; the document then names its server.
 */
export function createOpenApiDocument(baseUrl = '/'): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const [id, operation] of Object.entries<Operation>(MANAGEMENT_OPERATIONS)) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = toOpenApiOperation(id, operation);
    paths[operation.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Tessera Management API', version: '2.0' },
    servers: [{ url: `${baseUrl}api/v2` }],
    paths,
    components: {
      schemas: { Error: toJsonSchema(apiErrorSchema, 'output') },
      securitySchemes: {
        bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        oAuth2: {
          type: 'oauth2',
          flows: {
            clientCredentials: {
              tokenUrl: `${baseUrl}oauth/token`,
              scopes: Object.fromEntries(
                MANAGEMENT_SCOPES.map(({ value, description }) => [value, description]),
              ),
            },
          },
        },
      },
    },
  };
}

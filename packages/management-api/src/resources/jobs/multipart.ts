import { AppError } from '@tessera/model';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { WireError } from '../../http/wire-error.ts';

/** The file, and some room for the other members and the boundaries. */
const MAX_MULTIPART_BYTES = 512_000 + 16_384;
/** The one route that takes files. */
const ROUTE = '/api/v2/jobs/users-imports';

/**
 * Reads `multipart/form-data` on the one route that takes a file: texts as they are, a file as its text.
 * Node's own parser does it.
 */
export function addMultipartParser(app: FastifyInstance): void {
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: MAX_MULTIPART_BYTES },
    async (request: FastifyRequest, body: Buffer) => {
      if (request.routeOptions.url !== ROUTE) {
        throw new AppError('unsupported_media_type', 'Unsupported Media Type');
      }
      const headers = { 'content-type': request.headers['content-type'] ?? '' };
      let form: FormData;
      try {
        form = await new Response(new Uint8Array(body), { headers }).formData();
      } catch (cause) {
        const options = { errorCode: 'invalid_body', cause };
        // biome-ignore lint/style/useErrorCause: the cause is there, in the third argument
        throw new WireError('invalid_body', 'The form could not be read.', options);
      }
      const members: Record<string, string> = {};
      for (const [name, value] of form) {
        if (Object.hasOwn(members, name)) {
          throw new WireError('invalid_body', `The form has "${name.slice(0, 100)}" twice.`, {
            errorCode: 'invalid_body',
          });
        }
        // Forms of some programs name members that they leave empty.
        const text = typeof value === 'string' ? value : await value.text();
        if (text !== '') members[name] = text;
      }
      return members;
    },
  );
}

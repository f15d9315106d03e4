// undici's fastest public door: `Pool.request` on connections that stay open.
import { Pool } from 'undici';

/** Sends JSON text to paths of one origin and resolves with the answer, parsed. */
export function createJsonClient(origin, connections) {
  const pool = new Pool(origin, { connections, pipelining: 1, keepAliveTimeout: 600_000 });
  const headers = { 'content-type': 'application/json' };
  return {
    async post(path, body) {
      const answer = await pool.request({ method: 'POST', path, headers, body });
      return await answer.body.json();
    },
    close: () => pool.destroy(),
  };
}

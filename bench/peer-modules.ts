/** The peers' client sides. They live with the peers' packages, which only `npm run bench` installs. */
const PEERS = new URL('./peers/', import.meta.url);

/** `peers/http-client.mjs`: a keep-alive HTTP client. */
export interface JsonClient {
  post(path: string, body: string): Promise<unknown>;
  close(): Promise<void>;
}

/** `peers/isolate.mjs`: the chain in an isolate of this process. */
export interface Isolate {
  run(eventJson: string): Promise<string>;
  close(): void;
}

export async function createJsonClient(origin: string, connections: number): Promise<JsonClient> {
  const module = (await import(new URL('http-client.mjs', PEERS).href)) as {
    createJsonClient(origin: string, connections: number): JsonClient;
  };
  return module.createJsonClient(origin, connections);
}

export async function openIsolate(sources: readonly string[]): Promise<Isolate> {
  const module = (await import(new URL('isolate.mjs', PEERS).href)) as {
    openIsolate(sources: readonly string[]): Promise<Isolate>;
  };
  return await module.openIsolate(sources);
}

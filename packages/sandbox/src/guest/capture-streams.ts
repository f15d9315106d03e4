import { Writable } from 'node:stream';

/** One line of output, at the level that its stream stands for. */
type WriteLine = (level: 'log' | 'error', text: string) => void;

/**
 * Gives `process.stdout` and `process.stderr` to the console's way: loggers and `debug` write there. The
 * descriptors behind them are the host's, which keeps what Node and V8 say when they die.
 */
export function captureStreams(writeLine: WriteLine): void {
  define(
    'stdout',
    createStream(1, (text) => writeLine('log', text)),
  );
  define(
    'stderr',
    createStream(2, (text) => writeLine('error', text)),
  );
}

function createStream(fd: number, write: (text: string) => void): Writable {
  const stream = new Writable({
    autoDestroy: false,
    write(chunk: Buffer, _encoding, done) {
      const text = chunk.toString('utf8');
      write(text.endsWith('\n') ? text.slice(0, -1) : text);
      done();
    },
  });
  // As with Node's own, nobody's `end` closes it for the others.
  const end = (chunk?: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) stream.write(chunk);
    return stream;
  };
  return Object.assign(stream, { fd, isTTY: false, end, destroy: () => stream });
}

function define(name: 'stdout' | 'stderr', stream: Writable): void {
  Object.defineProperty(process, name, {
    value: stream,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}

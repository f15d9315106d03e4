export { type Config, parseConfig } from './config.ts';
export { type RunningServer, type StartOptions, startServer } from './start-server.ts';
export { StartupError } from './startup-error.ts';

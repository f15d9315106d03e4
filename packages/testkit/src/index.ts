export { eventually } from './eventually.ts';
export { createFakeMessages, type FakeMessages } from './fake-messages.ts';
export type { Management, ManagementAnswer, TestAction } from './management.ts';
export { createManagement } from './management.ts';
export {
  createTestTenant,
  openTestStore,
  type TestStore,
} from './open-test-store.ts';
export { startTestServer, type TestServer, type TestServerOptions } from './start-test-server.ts';

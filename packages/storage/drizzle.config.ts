import { defineConfig } from 'drizzle-kit';

/** `drizzle-kit generate` in this folder writes the migration of a changed schema. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/schema/index.ts',
  out: './migrations',
});

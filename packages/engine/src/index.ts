export * from './events/facts.ts';
export * from './trigger-pipeline.ts';

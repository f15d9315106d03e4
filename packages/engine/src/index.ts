export type {
  ChainAction,
  ChainActionResult,
  ChainEnvironment,
  ChainRequest,
  ScopeReport,
} from './chain/chain-contract.ts';
export { runChain } from './chain/run-chain.ts';
export * from './events/facts.ts';
export * from './trigger-pipeline.ts';

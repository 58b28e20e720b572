export * from './batch-ledger';
export * from './batch-ledger-stack';

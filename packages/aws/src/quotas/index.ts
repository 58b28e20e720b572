export { type ListedLimits, type ListedQuota, limitsOf, type QuotaLimit } from './quota-names.ts';
export { readQuotas } from './read-quotas.ts';

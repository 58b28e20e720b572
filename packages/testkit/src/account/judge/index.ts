export { type Judge, openJudge, type Verdict } from './judge.ts';
export { type Permission, type Place, type Principal, permission } from './permission.ts';
export { type PolicyDocument, parsePolicy, type StatementUse } from './policy.ts';

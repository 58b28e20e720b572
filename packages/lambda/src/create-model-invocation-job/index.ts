export { parseCreateRequest } from './request.ts';
export { type SubmitPorts, submit } from './submit.ts';

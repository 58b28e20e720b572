export { ADMINISTRATOR, type Caller, type Credentials, credentialsFor } from './credentials.ts';
export { type Backends, type Front, type InvokeAnswer, openFront } from './front.ts';
export { answerIdentity } from './identity.ts';
export type { CreatedObject } from './object-created.ts';
export { createTableDesk, type TableFaults } from './table-faults.ts';

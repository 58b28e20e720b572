export { type MadeProject, makeProject } from './make-project.ts';
export { FIRST_COMMANDS } from './sample-project.ts';

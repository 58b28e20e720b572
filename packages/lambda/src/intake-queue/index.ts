export { type IntakeMessage, intakeOfMessage } from './intake-queue.ts';

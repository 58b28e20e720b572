export { type IntakeMessage, intakeOfMessage } from './intake-queue.ts';
export { createIntakeQueue, type IntakeQueue } from './sender.ts';

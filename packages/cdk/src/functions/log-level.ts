/** The least that the functions log. */
export enum LogLevel {
  /** What was done and why. */
  DEBUG = 'DEBUG',
  /** Jobs that were created and answered. */
  INFO = 'INFO',
  /** What was refused or given up. */
  WARN = 'WARN',
  /** What failed. */
  ERROR = 'ERROR',
}

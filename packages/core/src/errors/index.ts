export { type CatalogueEntry, ERROR_CATALOGUE, type ErrorCode } from './catalogue.ts';
export {
  BatchrockError,
  CancelledError,
  type ErrorDetails,
  type ErrorKind,
  type ErrorOptions,
  InputError,
  InvariantError,
  invariant,
  isBatchrockError,
  isServiceError,
  ServiceError,
  type ServiceErrorKind,
  type ServiceErrorOptions,
  StateError,
} from './errors.ts';
export { didYouMean, nearestNames } from './nearest.ts';

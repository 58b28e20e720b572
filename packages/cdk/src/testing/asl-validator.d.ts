/** The part of asl-validator that the tests use; its package points to types that it does not have. */
declare module 'asl-validator' {
  function validate(definition: object): { readonly isValid: boolean; errorsText(separator?: string): string };
  export = validate;
}

/** Plain JSON that may be part of a request body. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** A JSON object while it is being built. */
export type JsonFields = { [key: string]: JsonValue };

import type { JsonObject } from '@batchrock/core';

/**
 * The values that a JSON schema describes, for a schema that is written down as a constant. What is not understood of it is left out,
 * and what cannot be told is `unknown`: the type may allow more than the schema, never less.
 */
export type SchemaValue<Schema> = Schema extends { readonly const: infer Value }
  ? Value
  : Schema extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : Schema extends { readonly anyOf: readonly (infer Either)[] }
      ? SchemaValue<Either>
      : Schema extends { readonly oneOf: readonly (infer Either)[] }
        ? SchemaValue<Either>
        : Schema extends { readonly type: readonly (infer Type)[] }
          ? TypedValue<Type, Schema>
          : Schema extends { readonly type: infer Type }
            ? TypedValue<Type, Schema>
            : unknown;

type TypedValue<Type, Schema> = Type extends 'string'
  ? string
  : Type extends 'integer' | 'number'
    ? number
    : Type extends 'boolean'
      ? boolean
      : Type extends 'null'
        ? null
        : Type extends 'array'
          ? Schema extends { readonly items: infer Items extends JsonObject }
            ? readonly SchemaValue<Items>[]
            : readonly unknown[]
          : Type extends 'object'
            ? ObjectValue<Schema>
            : unknown;

type ObjectValue<Schema> = Schema extends { readonly properties: infer Properties }
  ? {
      readonly [Key in keyof Properties as Key extends RequiredOf<Schema> ? Key : never]: SchemaValue<Properties[Key]>;
    } & {
      readonly [Key in keyof Properties as Key extends RequiredOf<Schema> ? never : Key]?: SchemaValue<Properties[Key]>;
    }
  : Readonly<Record<string, unknown>>;

type RequiredOf<Schema> = Schema extends { readonly required: readonly (infer Key)[] } ? Key : never;

/** Columns of ours: a property that is called as one of them has `answer_` before it. */
type OwnColumn =
  | 'response'
  | 'status'
  | 'error_code'
  | 'error_message'
  | 'stop_reason'
  | 'input_tokens'
  | 'output_tokens'
  | 'record_id';

/** The columns of a schema's properties; null in rows without an answer, and where the answer does not have one. */
export type SchemaColumns<Schema> = Schema extends { readonly properties: infer Properties }
  ? {
      readonly [Key in keyof Properties & string as Key extends OwnColumn ? `answer_${Key}` : Key]: SchemaValue<
        Properties[Key]
      > | null;
    }
  : unknown;

/** A row of results whose answers were asked for, and checked, by a schema. */
export type SchemaRow<Schema> = Readonly<Record<string, unknown>> & SchemaColumns<Schema>;

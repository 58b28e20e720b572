import type { ParquetType, TimeUnit } from '@batchrock/core';
import { Physical, Repetition, type SchemaNode } from './file-layout.ts';
import type { ThriftStruct } from './thrift-writer.ts';

/** A leaf of the schema that has one value, or none, of this type. */
export type LeafNode = SchemaNode & { readonly physical: Physical };

const UNIT_FIELDS: Readonly<Record<TimeUnit, number>> = { ms: 1, us: 2, ns: 3 };
const EMPTY: ThriftStruct = {};

/** How the values of a type are stored and annotated, the way that pyarrow does it. Lists, maps and structs are no leaves. */
export function leafNode(name: string, type: ParquetType, isNullable: boolean): LeafNode {
  return { name, repetition: isNullable ? Repetition.optional : Repetition.required, ...storage(type) };
}

type Storage = Omit<LeafNode, 'name' | 'repetition'>;

function storage(type: ParquetType): Storage {
  switch (type.kind) {
    case 'boolean':
      return { physical: Physical.boolean };
    case 'int':
      return intStorage(type.bits, type.signed);
    case 'float':
      return { physical: type.bits === 64 ? Physical.double : Physical.float };
    case 'decimal':
      return decimalStorage(type.precision, type.scale);
    case 'date':
      return { physical: Physical.int32, converted: 6, logical: { 6: { struct: EMPTY } } };
    case 'time':
      return {
        physical: type.unit === 'ms' ? Physical.int32 : Physical.int64,
        converted: type.unit === 'ns' || !type.utc ? undefined : type.unit === 'ms' ? 7 : 8,
        logical: { 7: { struct: clock(type.unit, type.utc) } },
      };
    case 'timestamp':
      return {
        physical: Physical.int64,
        converted: type.unit === 'ns' || !type.utc ? undefined : type.unit === 'ms' ? 9 : 10,
        logical: { 8: { struct: clock(type.unit, type.utc) } },
      };
    case 'enum':
      return { physical: Physical.byteArray, converted: 4, logical: { 4: { struct: EMPTY } } };
    case 'json':
      return { physical: Physical.byteArray, converted: 19, logical: { 12: { struct: EMPTY } } };
    case 'uuid':
      return { physical: Physical.fixed, length: 16, logical: { 14: { struct: EMPTY } } };
    case 'binary':
      return type.length === undefined ? { physical: Physical.byteArray } : { physical: Physical.fixed, length: type.length };
    default:
      // an interval has no type that readers agree on; its text says all of it
      return { physical: Physical.byteArray, converted: 0, logical: { 1: { struct: EMPTY } } };
  }
}

function clock(unit: TimeUnit, utc: boolean): ThriftStruct {
  return { 1: { bool: utc }, 2: { struct: { [UNIT_FIELDS[unit]]: { struct: EMPTY } } } };
}

function intStorage(bits: 8 | 16 | 32 | 64, signed: boolean): Storage {
  const physical = bits === 64 ? Physical.int64 : Physical.int32;
  if (signed && bits >= 32) return { physical };
  // UINT_8 is 11 and so on to UINT_64, INT_8 is 15
  const converted = (signed ? 15 : 11) + Math.log2(bits / 8);
  return { physical, converted, logical: { 10: { struct: { 1: { i8: bits }, 2: { bool: signed } } } } };
}

function decimalStorage(precision: number, scale: number): Storage {
  const shared = { converted: 5, scale, precision, logical: { 5: { struct: { 1: { i32: scale }, 2: { i32: precision } } } } };
  if (precision <= 9) return { physical: Physical.int32, ...shared };
  if (precision <= 18) return { physical: Physical.int64, ...shared };
  return { physical: Physical.fixed, length: decimalBytes(precision), ...shared };
}

/** Bytes of the greatest number of so many digits, with its sign. */
function decimalBytes(precision: number): number {
  const bits = (10n ** BigInt(precision)).toString(2).length + 1;
  return Math.ceil(bits / 8);
}

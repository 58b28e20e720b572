import type { ParquetType, TimeUnit } from '@batchrock/core';
import type { SchemaElement } from './schema-element.ts';
import { Converted, Logical, STORED_NAMES, StoredType } from './stored-as.ts';
import type { Fault } from './thrift-reader.ts';

/** Bytes of the longest unscaled value of a decimal; 76 digits fit into 32. */
const MAX_DECIMAL_BYTES = 64;

/** Bytes of the longest value of a fixed length. */
const MAX_FIXED_BYTES = 1 << 20;

/** What the values of a leaf mean. Throws where its annotation does not go with how it is stored. */
export function leafType(element: SchemaElement, fault: Fault): ParquetType {
  const { stored, length } = element;
  if (stored === undefined || STORED_NAMES[stored] === undefined) throw fault(`values of the unknown type ${stored}`);
  if (stored === StoredType.fixed && !(length > 0 && length <= MAX_FIXED_BYTES)) {
    throw fault(`values of ${length} bytes; 1 to ${MAX_FIXED_BYTES} are read`);
  }
  const type = annotated(element) ?? plainType(stored, length);
  if (fits(type, stored, length)) return type;
  throw fault(`${type.kind} stored as ${STORED_NAMES[stored]}${stored === StoredType.fixed ? `(${length})` : ''}`);
}

function annotated(element: SchemaElement): ParquetType | undefined {
  return logicalType(element) ?? convertedType(element);
}

function logicalType({ logical, length, stored }: SchemaElement): ParquetType | undefined {
  switch (logical?.kind) {
    case Logical.string:
      return { kind: 'string' };
    case Logical.enum:
      return { kind: 'enum' };
    case Logical.decimal:
      return { kind: 'decimal', precision: logical.precision, scale: logical.scale };
    case Logical.date:
      return { kind: 'date' };
    case Logical.time:
    case Logical.timestamp: {
      const unit = UNITS[logical.unit];
      const kind = logical.kind === Logical.time ? 'time' : 'timestamp';
      return unit && { kind, unit, utc: logical.utc };
    }
    case Logical.integer: {
      const { bits, signed } = logical;
      return isWidth(bits) ? { kind: 'int', bits, signed } : undefined;
    }
    case Logical.unknown:
      return { kind: 'null' };
    case Logical.json:
      return { kind: 'json' };
    case Logical.uuid:
      return { kind: 'uuid' };
    case Logical.float16:
      return { kind: 'float', bits: 16 };
    case Logical.bson:
      return plainType(stored!, length);
    default:
      return undefined;
  }
}

const UNITS: readonly (TimeUnit | undefined)[] = [undefined, 'ms', 'us', 'ns'];

function isWidth(bits: number): bits is 8 | 16 | 32 | 64 {
  return bits === 8 || bits === 16 || bits === 32 || bits === 64;
}

function convertedType({ converted, precision, scale }: SchemaElement): ParquetType | undefined {
  if (converted !== undefined && converted >= Converted.uint8 && converted <= Converted.int64) {
    const index = converted - Converted.uint8;
    return { kind: 'int', bits: ([8, 16, 32, 64] as const)[index % 4]!, signed: index >= 4 };
  }
  switch (converted) {
    case Converted.utf8:
      return { kind: 'string' };
    case Converted.enum:
      return { kind: 'enum' };
    case Converted.decimal:
      return { kind: 'decimal', precision, scale };
    case Converted.date:
      return { kind: 'date' };
    // the annotations of old meant instants
    case Converted.timeMillis:
      return { kind: 'time', unit: 'ms', utc: true };
    case Converted.timeMicros:
      return { kind: 'time', unit: 'us', utc: true };
    case Converted.timestampMillis:
      return { kind: 'timestamp', unit: 'ms', utc: true };
    case Converted.timestampMicros:
      return { kind: 'timestamp', unit: 'us', utc: true };
    case Converted.json:
      return { kind: 'json' };
    case Converted.interval:
      return { kind: 'interval' };
    default:
      return undefined;
  }
}

function plainType(stored: number, length: number): ParquetType {
  switch (stored) {
    case StoredType.boolean:
      return { kind: 'boolean' };
    case StoredType.int32:
      return { kind: 'int', bits: 32, signed: true };
    case StoredType.int64:
      return { kind: 'int', bits: 64, signed: true };
    case StoredType.int96:
      return { kind: 'timestamp', unit: 'ns', utc: false };
    case StoredType.float:
      return { kind: 'float', bits: 32 };
    case StoredType.double:
      return { kind: 'float', bits: 64 };
    case StoredType.fixed:
      return { kind: 'binary', length };
    default:
      return { kind: 'binary' };
  }
}

function fits(type: ParquetType, stored: number, length: number): boolean {
  const isInt = stored === StoredType.int32 || stored === StoredType.int64;
  switch (type.kind) {
    case 'string':
    case 'enum':
    case 'json':
      return stored === StoredType.byteArray || stored === StoredType.fixed;
    case 'int':
      return type.bits === 64 ? stored === StoredType.int64 : stored === StoredType.int32;
    case 'date':
      return stored === StoredType.int32;
    case 'time':
      return stored === (type.unit === 'ms' ? StoredType.int32 : StoredType.int64);
    case 'timestamp':
      return stored === StoredType.int64 || stored === StoredType.int96;
    case 'uuid':
      return stored === StoredType.fixed && length === 16;
    case 'interval':
      return stored === StoredType.fixed && length === 12;
    case 'float':
      return type.bits !== 16 || (stored === StoredType.fixed && length === 2);
    case 'decimal':
      if (type.scale < 0 || type.precision < 1 || type.scale > type.precision || type.precision > 2 * MAX_DECIMAL_BYTES)
        return false;
      return isInt || stored === StoredType.byteArray || (stored === StoredType.fixed && length <= MAX_DECIMAL_BYTES);
    default:
      return true;
  }
}

import { type ThriftReader, ThriftType } from './thrift-reader.ts';

/** A logical type, with the numbers that some have. */
export interface LogicalAnnotation {
  /** `Logical`. */
  readonly kind: number;
  readonly precision: number;
  readonly scale: number;
  readonly bits: number;
  readonly signed: boolean;
  readonly utc: boolean;
  /** 1 milli-, 2 micro-, 3 nanoseconds. */
  readonly unit: number;
}

/** One element of the flat list that is a file's schema. */
export interface SchemaElement {
  readonly name: string;
  /** Absent: a group. */
  readonly stored?: number;
  /** Of `fixed`. */
  readonly length: number;
  /** 0 required, 1 optional, 2 repeated. */
  readonly repetition: number;
  readonly children: number;
  readonly converted?: number;
  readonly precision: number;
  readonly scale: number;
  readonly logical?: LogicalAnnotation;
}

export function readSchemaElement(thrift: ThriftReader): SchemaElement {
  const element = { name: '', length: 0, repetition: 0, children: 0, precision: 0, scale: 0 } as {
    -readonly [K in keyof SchemaElement]: SchemaElement[K];
  };
  thrift.struct((id, type) => {
    if (id === 4 && type === ThriftType.binary) element.name = thrift.text();
    else if (id === 10 && type === ThriftType.struct) element.logical = readLogical(thrift);
    else if (type !== ThriftType.i32) return false;
    else if (id === 1) element.stored = thrift.integer();
    else if (id === 2) element.length = thrift.integer();
    else if (id === 3) element.repetition = thrift.integer();
    else if (id === 5) element.children = thrift.integer();
    else if (id === 6) element.converted = thrift.integer();
    else if (id === 7) element.scale = thrift.integer();
    else if (id === 8) element.precision = thrift.integer();
    else return false;
    return true;
  });
  return element;
}

/** The fields of all logical types have numbers of their own kinds, so one reader serves them all. */
function readLogical(thrift: ThriftReader): LogicalAnnotation {
  const found = { kind: 0, precision: 0, scale: 0, bits: 0, signed: false, utc: false, unit: 0 };
  thrift.struct((kind, kindType) => {
    if (kindType !== ThriftType.struct) return false;
    found.kind = kind;
    thrift.struct((id, type) => {
      if (type === ThriftType.true || type === ThriftType.false) {
        if (id === 1) found.utc = type === ThriftType.true;
        else found.signed = type === ThriftType.true;
        return true;
      }
      if (type === ThriftType.i32) {
        if (id === 1) found.scale = thrift.integer();
        else found.precision = thrift.integer();
        return true;
      }
      if (type === ThriftType.byte) {
        found.bits = thrift.byte();
        return true;
      }
      if (type === ThriftType.struct && id === 2) {
        thrift.struct((unit) => {
          found.unit = unit;
          return false;
        });
        return true;
      }
      return false;
    });
    return true;
  });
  return found;
}

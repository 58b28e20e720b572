/** Numbers that files are written with (parquet.thrift of apache/parquet-format 2.12, read on 2026-11-21). */
export const StoredType = { boolean: 0, int32: 1, int64: 2, int96: 3, float: 4, double: 5, byteArray: 6, fixed: 7 } as const;

/** Bytes of one value by `StoredType`; 0 where values say their length themselves or it stands in the schema. */
export const STORED_BYTES: readonly number[] = [1, 4, 8, 12, 4, 8, 0, 0];

export const STORED_NAMES: readonly string[] = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
];

export const PageKind = { data: 0, index: 1, dictionary: 2, dataV2: 3 } as const;

export const ValueEncoding = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  bitPacked: 4,
  deltaBinaryPacked: 5,
  deltaLengthByteArray: 6,
  deltaByteArray: 7,
  rleDictionary: 8,
  byteStreamSplit: 9,
} as const;

export const PageCodec = { none: 0, snappy: 1, gzip: 2, lzo: 3, brotli: 4, lz4: 5, zstd: 6, lz4Raw: 7 } as const;

export const CODEC_NAMES: readonly string[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'];

export const Converted = {
  utf8: 0,
  map: 1,
  mapKeyValue: 2,
  list: 3,
  enum: 4,
  decimal: 5,
  date: 6,
  timeMillis: 7,
  timeMicros: 8,
  timestampMillis: 9,
  timestampMicros: 10,
  uint8: 11,
  int64: 18,
  json: 19,
  bson: 20,
  interval: 21,
} as const;

/** Fields of the union `LogicalType`. */
export const Logical = {
  string: 1,
  map: 2,
  list: 3,
  enum: 4,
  decimal: 5,
  date: 6,
  time: 7,
  timestamp: 8,
  integer: 10,
  unknown: 11,
  json: 12,
  bson: 13,
  uuid: 14,
  float16: 15,
} as const;

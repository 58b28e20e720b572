import { PageKind } from './stored-as.ts';
import { type ThriftReader, ThriftType } from './thrift-reader.ts';

/** The header of a page. Numbers that it lacks are -1. */
export interface PageHeader {
  kind: number;
  /** Bytes of the page as it is stored, and as it is decoded, without this header. */
  compressedBytes: number;
  bytes: number;
  /** CRC-32 of the stored bytes, as a signed number; undefined where there is none. */
  crc: number | undefined;
  /** Entries, nulls included; of a dictionary, its values. */
  values: number;
  encoding: number;
  definitionEncoding: number;
  repetitionEncoding: number;
  /** Version 2: bytes of the levels, which stand before the values and are not compressed. */
  definitionBytes: number;
  repetitionBytes: number;
  isCompressed: boolean;
}

/** Reads one header. */
export function readPageHeader(thrift: ThriftReader): PageHeader {
  const header: PageHeader = {
    kind: -1,
    compressedBytes: -1,
    bytes: -1,
    crc: undefined,
    values: -1,
    encoding: -1,
    definitionEncoding: -1,
    repetitionEncoding: -1,
    definitionBytes: -1,
    repetitionBytes: -1,
    isCompressed: true,
  };
  thrift.struct((id, type) => {
    if (type === ThriftType.struct) {
      if (id === 5) readDataPage(thrift, header);
      else if (id === 7) readDictionaryPage(thrift, header);
      else if (id === 8) readDataPageV2(thrift, header);
      else return false;
      return true;
    }
    if (type !== ThriftType.i32) return false;
    if (id === 1) header.kind = thrift.integer();
    else if (id === 2) header.bytes = thrift.integer();
    else if (id === 3) header.compressedBytes = thrift.integer();
    else if (id === 4) header.crc = thrift.integer();
    else return false;
    return true;
  });
  return header;
}

function readDataPage(thrift: ThriftReader, header: PageHeader): void {
  thrift.struct((id, type) => {
    if (type !== ThriftType.i32) return false;
    if (id === 1) header.values = thrift.integer();
    else if (id === 2) header.encoding = thrift.integer();
    else if (id === 3) header.definitionEncoding = thrift.integer();
    else if (id === 4) header.repetitionEncoding = thrift.integer();
    else return false;
    return true;
  });
}

function readDictionaryPage(thrift: ThriftReader, header: PageHeader): void {
  thrift.struct((id, type) => {
    if (type !== ThriftType.i32) return false;
    if (id === 1) header.values = thrift.integer();
    else if (id === 2) header.encoding = thrift.integer();
    else return false;
    return true;
  });
}

function readDataPageV2(thrift: ThriftReader, header: PageHeader): void {
  thrift.struct((id, type) => {
    if (id === 7 && (type === ThriftType.true || type === ThriftType.false)) {
      header.isCompressed = type === ThriftType.true;
      return true;
    }
    if (type !== ThriftType.i32) return false;
    if (id === 1) header.values = thrift.integer();
    else if (id === 4) header.encoding = thrift.integer();
    else if (id === 5) header.definitionBytes = thrift.integer();
    else if (id === 6) header.repetitionBytes = thrift.integer();
    else return false;
    return true;
  });
}

export function isDataPage({ kind }: PageHeader): boolean {
  return kind === PageKind.data || kind === PageKind.dataV2;
}

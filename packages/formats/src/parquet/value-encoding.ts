import type { Leaf } from './column-tree.ts';
import { STORED_NAMES, StoredType, ValueEncoding } from './stored-as.ts';
import {
  BitValues,
  DeltaByteValues,
  DeltaLengthValues,
  DeltaValues,
  type Dictionary,
  DictionaryValues,
  FixedValues,
  PrefixedValues,
  RunValues,
  SplitValues,
  type ValueBytes,
  type ValueReader,
} from './value-reader.ts';

const ENCODING_NAMES: readonly string[] = Object.entries(ValueEncoding).reduce<string[]>((names, [name, number]) => {
  names[number] = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return names;
}, []);

/** The values of a page that refers to a dictionary; undefined where its encoding is another. */
export function dictionaryValues(at: ValueBytes, encoding: number, dictionary: Dictionary | undefined): ValueReader | undefined {
  if (encoding !== ValueEncoding.rleDictionary && encoding !== ValueEncoding.plainDictionary) return undefined;
  if (dictionary === undefined) throw at.fault('a page that refers to a dictionary before there is one');
  return new DictionaryValues(at, dictionary);
}

/** The values of a dictionary page. */
export function plainValues(at: ValueBytes, leaf: Leaf, encoding: number): ValueReader {
  if (encoding === ValueEncoding.plain || encoding === ValueEncoding.plainDictionary) {
    return valuesOf(at, leaf, ValueEncoding.plain);
  }
  throw unknown(at, leaf, encoding);
}

/** The values of a page in any encoding but those that need a dictionary. */
export function valuesOf(at: ValueBytes, leaf: Leaf, encoding: number): ValueReader {
  const { stored, width } = leaf;
  const isNumber = stored === StoredType.int32 || stored === StoredType.int64;
  switch (encoding) {
    case ValueEncoding.plain:
      if (stored === StoredType.boolean) return new BitValues(at);
      return width === 0 ? new PrefixedValues(at) : new FixedValues(at, width);
    case ValueEncoding.rle:
      if (stored === StoredType.boolean) return new RunValues(at);
      break;
    case ValueEncoding.deltaBinaryPacked:
      if (isNumber) return new DeltaValues(at, width);
      break;
    case ValueEncoding.deltaLengthByteArray:
      if (stored === StoredType.byteArray) return new DeltaLengthValues(at);
      break;
    case ValueEncoding.deltaByteArray:
      if (stored === StoredType.byteArray || stored === StoredType.fixed) return new DeltaByteValues(at, width);
      break;
    case ValueEncoding.byteStreamSplit:
      if (stored !== StoredType.boolean && width > 0) return new SplitValues(at, width);
      break;
    default:
  }
  throw unknown(at, leaf, encoding);
}

function unknown(at: ValueBytes, { stored }: Leaf, encoding: number) {
  return at.fault(
    `values of type ${STORED_NAMES[stored]} in the encoding ${ENCODING_NAMES[encoding] ?? encoding}, which is not read`,
  );
}

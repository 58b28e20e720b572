import type { OutgoingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { FoundObject } from '../../storage/index.ts';
import { checkRead, readConditions } from '../conditions.ts';
import { checksumHeaders, objectHeaders } from '../object-headers.ts';
import { type ByteRange, parseRange } from '../range.ts';
import { S3Error } from '../s3-error.ts';
import { queryNumber, requireBucket, type S3Context, type S3Operation, type S3Request } from '../s3-request.ts';

/** GET /bucket/key: whole, a range, or a part. */
export const getObject: S3Operation = async (s3, request, response) => {
  const found = findObject(s3, request);
  const selection = select(found, request);
  const { from, to } = selection.range ?? { from: 0, to: found.object.size };
  // said before the first byte: an answer that breaks off would be asked for again, and again
  if (!s3.storage.isWhole(found)) throw new S3Error('ObjectDamaged', undefined, { Key: request.key });
  const body = s3.storage.read(found, { from, to });
  response.writeHead(selection.range === undefined ? 200 : 206, {
    ...answerHeaders(found, request, selection),
    ...overrides(request),
  });
  await pipeline(body, response);
};

/** HEAD /bucket/key: the same headers, no body. */
export const headObject: S3Operation = async (s3, request, response) => {
  const found = findObject(s3, request);
  const selection = select(found, request);
  response.writeHead(selection.range === undefined ? 200 : 206, answerHeaders(found, request, selection)).end();
};

function findObject(s3: S3Context, { bucket, key, headers }: S3Request): FoundObject {
  const found = s3.storage.find(bucket, key);
  if (found === undefined) {
    requireBucket(s3, bucket);
    throw new S3Error('NoSuchKey', undefined, { Key: key });
  }
  checkRead(found.object, readConditions(headers));
  return found;
}

interface Selection {
  readonly range?: ByteRange;
  readonly part?: number;
}

/** What part of the object is asked for. */
function select(found: FoundObject, { headers, query }: S3Request): Selection {
  if (!query.has('partNumber')) {
    const range = parseRange(headers.range, found.object.size);
    return range === undefined ? {} : { range };
  }
  if (headers.range !== undefined) {
    throw new S3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  }
  const part = queryNumber(query, 'partNumber', 1, 10_000);
  const segments = found.object.parts === undefined ? [found.object] : found.segments;
  const from = segments.slice(0, part - 1).reduce((sum, segment) => sum + segment.size, 0);
  const segment = segments[part - 1];
  if (segment === undefined) throw new S3Error('InvalidRange', 'The requested partnumber is not satisfiable');
  return { range: { from, to: from + segment.size }, part };
}

function answerHeaders({ object }: FoundObject, { headers }: S3Request, { range, part }: Selection): OutgoingHttpHeaders {
  const out = objectHeaders(object);
  const isWhole = range === undefined || (range.from === 0 && range.to === object.size);
  if (isWhole && headers['x-amz-checksum-mode'] === 'ENABLED') Object.assign(out, checksumHeaders(object.checksum));
  if (part !== undefined && object.parts !== undefined) out['x-amz-mp-parts-count'] = object.parts;
  if (range === undefined) return { ...out, 'content-length': object.size };
  const last = Math.max(range.from, range.to - 1);
  return { ...out, 'content-length': range.to - range.from, 'content-range': `bytes ${range.from}-${last}/${object.size}` };
}

/** `response-content-type` and its like replace what is stored. */
function overrides({ query }: S3Request): OutgoingHttpHeaders {
  const names = ['content-type', 'content-language', 'expires', 'cache-control', 'content-disposition', 'content-encoding'];
  const out: OutgoingHttpHeaders = {};
  for (const name of names) {
    const value = query.get(`response-${name}`);
    if (value !== null) out[name] = value;
  }
  return out;
}

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { isDiskFull } from '../storage/index.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { type XmlContent, xmlDocument } from './xml-writer.ts';

/** Answers with a document. */
export function answerXml(response: ServerResponse, root: string, content: XmlContent, headers: OutgoingHttpHeaders = {}): void {
  const body = Buffer.from(xmlDocument(root, content));
  response.writeHead(200, { ...headers, 'content-type': 'application/xml', 'content-length': body.length }).end(body);
}

/** Answers without a body. */
export function answerEmpty(response: ServerResponse, status: number, headers: OutgoingHttpHeaders = {}): void {
  response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': 0 }).end();
}

function knownError(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (isDiskFull(error)) return new S3Error('InsufficientStorage');
  return new S3Error('InternalError', error instanceof Error ? error.message : undefined);
}

/** Answers with what S3 answers in place of a result. What is not an `S3Error` is our fault: 500. */
export function answerError(
  request: Pick<S3Request, 'id' | 'method' | 'path' | 'body'>,
  response: ServerResponse,
  error: unknown,
): void {
  const known = knownError(error);
  // What is left of the body is read over, so that the client gets to read the answer.
  request.body.resume();
  const actualSize = known.fields['ActualObjectSize'];
  if (known.code === 'InvalidRange' && actualSize !== undefined) response.setHeader('content-range', `bytes */${actualSize}`);
  if (known.status === 304) {
    response.writeHead(304).end();
    return;
  }
  const { id, path } = request;
  const document = { Code: known.code, Message: known.message, ...known.fields, Resource: path, RequestId: id, HostId: 'local' };
  const body = Buffer.from(xmlDocument('Error', document, ''));
  response.writeHead(known.status, { 'content-type': 'application/xml', 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

import type { ServerResponse } from 'node:http';
import type { FrontRequest } from './call.ts';

/** Answers a refused call as its service does: an error of S3, of a JSON service, or of a query service. */
export function writeRefusal(response: ServerResponse, request: FrontRequest, message: string): void {
  if (request.service === 's3') {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>${escapeXml(message)}</Message></Error>`;
    response.writeHead(403, { 'content-type': 'application/xml' });
    // HEAD has no body; the client makes the error of its status.
    return void response.end(request.method === 'HEAD' ? undefined : body);
  }
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  if (isForm) {
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${escapeXml(message)}</Message></Error></ErrorResponse>`;
    return void response.writeHead(403, { 'content-type': 'text/xml' }).end(body);
  }
  const isRest = request.headers['x-amz-target'] === undefined;
  response.writeHead(isRest ? 403 : 400, {
    'content-type': isRest ? 'application/json' : 'application/x-amz-json-1.0',
    'x-amzn-errortype': 'AccessDeniedException',
  });
  response.end(JSON.stringify({ __type: 'AccessDeniedException', message }));
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

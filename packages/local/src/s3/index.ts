import type { ServerContext, ServerModule } from '../server/index.ts';
import type { DiskObjectStorage } from '../storage/index.ts';
import { answerError } from './answer.ts';
import { chooseOperation } from './choose-operation.ts';
import { ConditionalWrites } from './conditional-writes.ts';
import { S3Error } from './s3-error.ts';
import { type S3Request, toS3Request } from './s3-request.ts';

/** The S3 of the local Bedrock: what AWS SDKs do with objects and buckets, on the storage given. */
export function openS3({ options }: Pick<ServerContext, 'options'>, storage: DiskObjectStorage): ServerModule {
  const s3 = { storage, conditionalWrites: new ConditionalWrites() };
  return {
    services: [
      {
        name: 's3',
        async handle(request, response) {
          const s3Request = toS3Request(request);
          const operation = chooseOperation(s3Request);
          checkOwner(s3Request, options.account);
          await operation(s3, s3Request, response);
        },
        fail: answerError,
      },
    ],
    admin: [],
    close: async () => {},
  };
}

/** All buckets belong to the one account; a caller who expects another is refused, as S3 does. */
function checkOwner({ headers }: S3Request, account: string): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    const expected = headers[name];
    if (expected !== undefined && expected !== account) throw new S3Error('AccessDenied');
  }
}

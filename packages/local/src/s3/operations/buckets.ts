import { answerEmpty, answerXml } from '../answer.ts';
import { receiveText } from '../request-body.ts';
import { S3Error } from '../s3-error.ts';
import { requireBucket, type S3Operation } from '../s3-request.ts';
import { childText, parseXml } from '../xml-reader.ts';

/** S3 User Guide, "General purpose bucket naming rules", 2026-11. */
const BUCKET_NAME = /^(?!\d{1,3}(\.\d{1,3}){3}$)(?!xn--)[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*(?<!-s3alias)$/;

/** The largest CreateBucketConfiguration that is read. */
const MAX_CONFIGURATION_BYTES = 64 * 1024;

/** PUT /bucket. In us-east-1 creating one's own bucket again is no error; elsewhere it is. */
export const createBucket: S3Operation = async ({ storage }, request, response) => {
  const { bucket, caller } = request;
  if (bucket.length < 3 || bucket.length > 63 || !BUCKET_NAME.test(bucket) || bucket.endsWith('-')) {
    throw new S3Error('InvalidBucketName', undefined, { BucketName: bucket });
  }
  const body = await receiveText(request, MAX_CONFIGURATION_BYTES);
  const wanted = body === '' ? undefined : childText(parseXml(body), 'LocationConstraint');
  const region = wanted || caller.region;
  if (!storage.buckets.create(bucket, region) && region !== 'us-east-1') {
    throw new S3Error('BucketAlreadyOwnedByYou', undefined, { BucketName: bucket });
  }
  answerEmpty(response, 200, { location: `/${bucket}` });
};

/** HEAD /bucket. */
export const headBucket: S3Operation = async (s3, { bucket }, response) => {
  requireBucket(s3, bucket);
  answerEmpty(response, 200, { 'x-amz-bucket-region': s3.storage.buckets.find(bucket)?.region });
};

/** DELETE /bucket. */
export const deleteBucket: S3Operation = async (s3, { bucket }, response) => {
  requireBucket(s3, bucket);
  if (!s3.storage.removeBucket(bucket)) throw new S3Error('BucketNotEmpty', undefined, { BucketName: bucket });
  answerEmpty(response, 204);
};

/** GET /. */
export const listBuckets: S3Operation = async ({ storage }, { query, caller }, response) => {
  const prefix = query.get('prefix') ?? '';
  const buckets = storage.buckets.list().filter((bucket) => bucket.name.startsWith(prefix));
  answerXml(response, 'ListAllMyBucketsResult', {
    Owner: { ID: caller.account },
    Buckets: {
      Bucket: buckets.map(({ name, created, region }) => ({
        Name: name,
        CreationDate: new Date(created).toISOString(),
        BucketRegion: region,
      })),
    },
    ...(prefix === '' ? {} : { Prefix: prefix }),
  });
};

/** GET /bucket?location. us-east-1 is written as nothing. */
export const getBucketLocation: S3Operation = async (s3, { bucket }, response) => {
  requireBucket(s3, bucket);
  const region = s3.storage.buckets.find(bucket)?.region ?? '';
  answerXml(response, 'LocationConstraint', region === 'us-east-1' ? '' : region);
};

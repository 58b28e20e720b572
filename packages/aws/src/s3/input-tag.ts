/** The tag of objects that are the input of a job: the only ones that the lifecycle of a bucket removes. */
export const INPUT_TAG = { Key: 'batchrock', Value: 'input' } as const;

import { type Permission, permission } from '../judge/index.ts';
import { isObject, jsonBody, type Naming } from './call.ts';

/** What the parts of a transaction are called by IAM, by their names in the request. */
const TRANSACTED: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

/** What a call of DynamoDB needs: of an index where it names one, of each table where there are several. */
export const dynamodbPermissions: Naming = (request, { partition, region, account }) => {
  const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  const body = jsonBody(request);
  const arn = (table: unknown): string =>
    String(table).startsWith('arn:') ? String(table) : `arn:${partition}:dynamodb:${region}:${account}:table/${String(table)}`;
  if (action.startsWith('Transact')) return transacted(body['TransactItems'], arn);
  const { TableName, IndexName, RequestItems } = body;
  if (isObject(RequestItems)) return Object.keys(RequestItems).map((table) => permission(`dynamodb:${action}`, arn(table)));
  if (TableName === undefined) return [permission(`dynamodb:${action}`, '*')];
  const index = IndexName === undefined ? '' : `/index/${String(IndexName)}`;
  return [permission(`dynamodb:${action}`, arn(TableName) + index)];
};

function transacted(items: unknown, arn: (table: unknown) => string): readonly Permission[] {
  if (!Array.isArray(items)) return [];
  return items.filter(isObject).flatMap((item) =>
    Object.entries(item).flatMap(([kind, part]) => {
      const action = TRANSACTED[kind];
      return action === undefined || !isObject(part) ? [] : [permission(`dynamodb:${action}`, arn(part['TableName']))];
    }),
  );
}

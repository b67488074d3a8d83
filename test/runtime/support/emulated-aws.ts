import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type AwsCall, isAllowed, type PolicyStatement } from './role-policy.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';

/** Who calls: each function has a key of its own, as it has a role. */
export interface Caller {
  readonly name: string;
  readonly statements: readonly PolicyStatement[];
}

export interface EmulatedAws {
  readonly endpoint: string;
  /** Environment of a function with this role. */
  credentialsOf(caller: Caller): Readonly<Record<string, string>>;
  putSecret(name: string, value: string | undefined): void;
  /** What functions that are not ours answer, whichever is invoked. */
  answerAsFunction(reply: (event: unknown) => unknown): void;
  /** Every call of every function so far, refused ones too. */
  readonly calls: readonly (AwsCall & { readonly caller: string; readonly isRefused: boolean })[];
  close(): Promise<void>;
}

/** DynamoDB, Secrets Manager and the Invoke of Lambda on one port, which let each function do what its role allows and nothing else. */
export async function startEmulatedAws(dynamoDbEndpoint: string): Promise<EmulatedAws> {
  const callers = new Map<string, Caller>();
  const secrets = new Map<string, string>();
  let reply: (event: unknown) => unknown = () => ({ pass: true });
  const calls: (AwsCall & { caller: string; isRefused: boolean })[] = [];

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await json(incoming);
    const invoked = invokedName(incoming.url);
    const [service, operation] = String(incoming.headers['x-amz-target']).split('.') as [string, string];
    const call =
      invoked === undefined
        ? toCall(service, operation, body as Readonly<Record<string, string>>)
        : { action: 'lambda:InvokeFunction', resource: functionArn(invoked) };
    const caller = callers.get(keyOf(incoming.headers));
    const isRefused = caller === undefined || !isAllowed(call, caller.statements);
    calls.push({ ...call, caller: caller?.name ?? 'nobody', isRefused });
    if (isRefused) {
      const message = `${caller?.name} is not authorized to perform: ${call.action} on resource: ${call.resource}`;
      send(response, invoked === undefined ? 400 : 403, { __type: 'AccessDeniedException', message });
    } else if (invoked !== undefined) {
      send(response, 200, reply(body) as object);
    } else if (service.startsWith('DynamoDB')) {
      forward(dynamoDbEndpoint, incoming.headers, body, response);
    } else {
      sendSecret((body as { SecretId: string }).SecretId, secrets, response);
    }
  }

  const server = createServer((incoming, response) => void answer(incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    credentialsOf(caller) {
      const key = `AKIA${randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase()}`;
      callers.set(key, caller);
      return { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: 'emulated', AWS_SESSION_TOKEN: 'emulated' };
    },
    putSecret(name, value) {
      if (value === undefined) secrets.delete(name);
      else secrets.set(name, value);
    },
    answerAsFunction(given) {
      reply = given;
    },
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export function tableArn(name: string): string {
  return `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`;
}

function functionArn(name: string): string {
  return name.startsWith('arn:') ? name : `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
}

/** undefined: it is no Invoke. */
function invokedName(url = ''): string | undefined {
  const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(url) ?? [];
  return name === undefined ? undefined : decodeURIComponent(name);
}

/** The service puts six characters behind a secret's name. */
export function secretArn(id: string): string {
  return id.startsWith('arn:') ? id : `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${id}-a1B2c3`;
}

function toCall(service: string, operation: string, body: Readonly<Record<string, string>>): AwsCall {
  if (service === 'secretsmanager') {
    return { action: `secretsmanager:${operation}`, resource: secretArn(String(body.SecretId)) };
  }
  const index = body.IndexName === undefined ? '' : `/index/${body.IndexName}`;
  return { action: `dynamodb:${operation}`, resource: tableArn(String(body.TableName)) + index };
}

function keyOf({ authorization = '' }: IncomingHttpHeaders): string {
  return /Credential=([A-Z0-9]+)\//.exec(authorization)?.[1] ?? '';
}

function sendSecret(id: string, secrets: ReadonlyMap<string, string>, response: ServerResponse): void {
  const value = secrets.get(id);
  if (value === undefined) {
    const message = "Secrets Manager can't find the specified secret.";
    send(response, 400, { __type: 'ResourceNotFoundException', message });
    return;
  }
  send(response, 200, { ARN: secretArn(id), Name: id, SecretString: value, VersionId: randomUUID() });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

function forward(
  endpoint: string,
  given: IncomingHttpHeaders,
  body: unknown,
  response: ServerResponse,
): void {
  const text = JSON.stringify(body);
  const { host: _ours, 'content-length': _length, ...headers } = given;
  const forwarded = request(
    endpoint,
    { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(text) } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    },
  );
  forwarded.on('error', () => response.destroy());
  forwarded.end(text);
}

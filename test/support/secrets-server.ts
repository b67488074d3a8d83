import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface SecretsServer {
  /** As `AWS_ENDPOINT_URL_SECRETS_MANAGER` names it. */
  readonly endpoint: string;
  close(): void;
}

/** A Secrets Manager that knows these secrets, and answers whoever asks. */
export async function startSecretsServer(secrets: Readonly<Record<string, string>>): Promise<SecretsServer> {
  const server = createServer(async (incoming, response) => {
    const { SecretId = '' } = (await json(incoming)) as { SecretId?: string };
    const SecretString = secrets[SecretId];
    if (SecretString !== undefined) return response.end(JSON.stringify({ SecretString }));
    const message = "Secrets Manager can't find the specified secret.";
    response.writeHead(400).end(JSON.stringify({ __type: 'ResourceNotFoundException', message }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

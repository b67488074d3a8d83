import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './serve.ts';

/** An HTTP server that reads each request and always answers the same: what HTTP itself costs. */
const handlers = {
  async start({ status, text }: { readonly status: number; readonly text: string }): Promise<number> {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const server = createServer((request, response) => {
      request.resume();
      request.on('end', () => response.writeHead(status, headers).end(text));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
};

export type IdleServerHandlers = typeof handlers;

serve(handlers);

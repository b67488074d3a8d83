import connect from 'undici/lib/api/api-connect.js';
import errors from 'undici/lib/core/errors.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';

/*
 * What is used of undici. Behind its front door there are fetch, caches, mocks and web sockets too: twice the code, which every start of the
 * CLI and of a function would load.
 */

// The front door gives dispatchers their methods; a proxy's tunnel needs this one.
Dispatcher.prototype.connect = connect;

export { Agent, errors, Pool, ProxyAgent };

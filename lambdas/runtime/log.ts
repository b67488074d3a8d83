import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../app/ports.ts';
import type { Invocation } from './invocation.ts';

/** A log of JSON lines, each with the id of the invocation that it belongs to. */
export interface FunctionLog extends Log {
  begin(invocation: Invocation): void;
}

export function createFunctionLog(deployment: string): FunctionLog {
  const logger = new Logger({ serviceName: 'cinderkeep', persistentKeys: { deployment } });
  return {
    info: (message, fields = {}) => logger.info(message, { ...fields }),
    warn: (message, fields = {}) => logger.warn(message, { ...fields }),
    begin({ functionName, awsRequestId }) {
      logger.resetKeys();
      logger.appendKeys({ function: functionName, requestId: awsRequestId });
    },
  };
}

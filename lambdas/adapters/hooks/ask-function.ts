import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HookAnswer, HookQuestion } from '../../app/ports.ts';
import { formatQuestion, readAnswer, shorten } from './hook-text.ts';
import { PostError, type Posted, post } from './post.ts';

/** What does not pass by itself. @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
const LASTING: ReadonlySet<number> = new Set([400, 401, 403, 404, 413, 415]);

export interface FunctionHookOptions {
  /** Of the functions; undefined: that of this process. */
  readonly region?: string | undefined;
  /** In place of that of AWS. */
  readonly endpoint?: string | undefined;
}

/**
 * Functions of AWS Lambda as hooks: each question is one synchronous Invoke, whose answer is what the function returns. Never rejects.
 *
 * Signed here and not sent by the SDK's client for Lambda, which would be a tenth of a function's bundle for this one call. Region and
 * credentials are found as every other client of AWS finds them.
 */
export function createFunctionHooks(
  options: FunctionHookOptions = {},
): (name: string, question: HookQuestion, signal: AbortSignal) => Promise<HookAnswer> {
  const { region } = options;
  const { config } = new SecretsManagerClient(region === undefined ? {} : { region });
  const { credentials, sha256 } = config;
  const signer = new SignatureV4({ service: 'lambda', region: config.region, credentials, sha256 });

  async function invoke(name: string, body: string, signal: AbortSignal): Promise<Posted> {
    const url = new URL(options.endpoint ?? endpointOf(await config.region()));
    url.pathname = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, 'content-type': 'application/json' },
      body,
    });
    return post(url, headers, body, signal);
  }

  return async (name, question, signal) => {
    const which = `function ${name}`;
    try {
      return readInvoked(await invoke(name, formatQuestion(question), signal), which);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const text =
        error instanceof PostError ? `gave no answer: ${why}` : `could not be asked: ${shorten(why)}`;
      return { outcome: 'unanswered', message: `${which} ${text}` };
    }
  };
}

function readInvoked({ status, header, text = '' }: Posted, which: string): HookAnswer {
  if (status === 200 && header('x-amz-function-error') === undefined) return readAnswer(text);
  // It may be better the next time, as when it had run out of time.
  if (status === 200) return { outcome: 'unanswered', message: `${which} failed: ${shorten(text)}` };
  const kind = header('x-amzn-errortype')?.split(':')[0] ?? `status ${status}`;
  const outcome = LASTING.has(status) ? 'unusable' : 'unanswered';
  return { outcome, message: `${which}: ${kind}: ${shorten(text)}` };
}

/** @see https://docs.aws.amazon.com/general/latest/gr/lambda-service.html */
function endpointOf(region: string): string {
  return `https://lambda.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

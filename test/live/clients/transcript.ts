import type { ClientShell } from './client-shell.ts';

/** Something to read between commands, or a command. */
type Step = { readonly say: string } | { readonly run: string };

const say = (text: string): Step => ({ say: text });
const run = (command: string): Step => ({ run: command });

const STEPS: readonly Step[] = [
  say('A full backup, and an incremental on it:'),
  run('openstack volume list'),
  run('openstack volume backup create --name full --description first vol-001'),
  run('openstack volume backup list'),
  run('openstack volume backup show full'),
  run('openstack volume backup create --name monday --incremental vol-001'),
  run('openstack volume backup list --long'),
  say('The full stays as long as something depends on it:'),
  run('openstack volume backup delete full'),
  say(
    'A restore into a new volume is accepted and done; this release of the client (6.0.0) only cannot print the answer, whatever cloud it comes from:',
  ),
  run('openstack volume backup restore monday restored'),
  run('openstack volume show restored -c name -c size -c status -c properties'),
  say('Leaf first:'),
  run('openstack volume backup delete monday'),
  run('openstack volume backup delete full'),
  run('openstack volume backup list'),
];

/**
 * What a person would see who types these commands.
 *
 * @param settle called between commands: a person is slow enough for work to end.
 */
export async function playTranscript(openstack: ClientShell, settle: () => Promise<void>): Promise<string> {
  const parts: string[] = [];
  for (const step of STEPS) {
    if ('say' in step) {
      parts.push(step.say);
      continue;
    }
    const { out, err } = await openstack.run(...step.run.split(' ').slice(1));
    parts.push(['```console', `$ ${step.run}`, ...linesOf(out), ...linesOf(err), '```'].join('\n'));
    await settle();
  }
  return `${parts.join('\n\n')}\n`;
}

const linesOf = (text: string): string[] => (text.trim() === '' ? [] : text.trimEnd().split('\n'));

/** Ids, stamps and the ids of requests differ from run to run. */
export function withoutChance(transcript: string): string {
  return transcript
    .replaceAll(/\b(req-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '$1<id>')
    .replaceAll(/\b[0-9a-f]{2}\/[0-9a-f]{2}\/<id>/g, '<container>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/g, '<stamp>');
}

import type { Identity, IdentityRecord } from '../identity/identity.ts';
import type { Token } from '../identity/tokens.ts';
import type { RowFile } from './row-file.ts';
import { saveChanges } from './saved-tables.ts';

type SavedToken = Omit<Token, 'user' | 'project' | 'applicationCredential' | 'seenAtMs'> & {
  readonly userId: string;
  readonly projectId: string | undefined;
  readonly applicationCredentialId: string | undefined;
};

/**
 * Lets an identity be what the file says, or remain as new as it is, and saves it whenever it has changed.
 *
 * @returns writes down what changed since it was last called.
 */
export function saveIdentity(identity: Identity, file: RowFile): () => void {
  const saved = file.get('identity', 'all');
  if (saved !== undefined) identity.become(saved as IdentityRecord);
  for (const token of file.all('token')) restoreToken(identity, token as SavedToken);
  let savedText = JSON.stringify(saved);
  const saveTokens = saveChanges(
    (note) => identity.tokens.watch(note),
    (text) => {
      const token = identity.tokens.get(text);
      if (token === undefined) file.remove('token', text);
      else file.put('token', text, toSaved(token));
    },
  );
  return () => {
    saveTokens();
    const record = identity.toRecord();
    const text = JSON.stringify(record);
    if (text === savedText) return;
    file.put('identity', 'all', record);
    savedText = text;
  };
}

function toSaved({ user, project, applicationCredential, seenAtMs: _, ...rest }: Token): SavedToken {
  return {
    ...rest,
    userId: user.id,
    projectId: project?.id,
    applicationCredentialId: applicationCredential?.id,
  };
}

/** What Cinder remembered of it is forgotten, as by a restart of its API. A token of what is gone stays gone. */
function restoreToken(identity: Identity, saved: SavedToken): void {
  const { userId, projectId, applicationCredentialId, ...rest } = saved;
  const user = identity.getUser(userId);
  const project = projectId === undefined ? undefined : identity.getProject(projectId);
  const applicationCredential =
    applicationCredentialId === undefined
      ? undefined
      : identity.applicationCredentials.get(applicationCredentialId);
  const isGone =
    (projectId !== undefined && project === undefined) ||
    (applicationCredentialId !== undefined && applicationCredential === undefined);
  if (user === undefined || isGone) return;
  const revokedAtMs = saved.revokedAtMs;
  identity.tokens.insert({ ...rest, user, project, applicationCredential, revokedAtMs, seenAtMs: undefined });
}

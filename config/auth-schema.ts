import * as z from 'zod';
import type { Operation } from '../lambdas/domain/operation.ts';
import * as field from './fields.ts';

const PLACE_RIGHT = '{ secret: NAME }, { cloudsYaml: NAME } or the word env';
const AUTH_RIGHT = `${PLACE_RIGHT}, or one of these for each of read, create, prune and restore`;

/** Does not repeat what is there: it could be the credential itself. */
const wrong =
  (right: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    `${input === undefined ? 'is missing' : 'does not say where the credential is'}; should be ${right}`;

const PLACES = [
  z.literal('env', { error: wrong(PLACE_RIGHT) }).transform(() => ({ kind: 'env' }) as const),
  field
    .mapping(
      { secret: field.text('the name of a secret').meta({ description: 'In AWS Secrets Manager.' }) },
      PLACE_RIGHT,
    )
    .transform(({ secret }) => ({ kind: 'secret', name: secret }) as const),
  field
    .mapping(
      { cloudsYaml: field.text('a name in clouds.yaml').meta({ description: 'An entry of clouds.yaml.' }) },
      PLACE_RIGHT,
    )
    .transform(({ cloudsYaml }) => ({ kind: 'cloudsYaml', name: cloudsYaml }) as const),
] as const;

const place = z.union(PLACES, { error: wrong(PLACE_RIGHT) });

const perOperation = field
  .mapping(
    {
      read: place.meta({ description: 'Credential to look at volumes and backups with.' }),
      create: place.meta({ description: 'Credential to make backups, and temporary snapshots, with.' }),
      prune: place.meta({ description: 'Credential to delete backups with.' }),
      restore: place.exactOptional().meta({
        description:
          'Credential to restore with, and to make and delete the volumes for it; without it, nothing is restored.',
      }),
    } satisfies Record<Operation, z.ZodType>,
    'the credentials of a cloud',
  )
  .transform((places) => ({ kind: 'perOperation', ...places }) as const);

/** Where the credential of a cloud is, or those for each operation; never the credential itself. */
export const auth = z
  .union([...PLACES, perOperation], { error: wrong(AUTH_RIGHT) })
  .meta({ description: `Where the credential is: ${AUTH_RIGHT}.` });

/** Where one credential is. */
export type AuthPlace = z.output<typeof place>;
export type CloudAuth = z.output<typeof auth>;

/** Where the credential for an operation is; undefined: there is none. */
export function placeOf(auth: CloudAuth, operation: Operation): AuthPlace | undefined {
  return auth.kind === 'perOperation' ? auth[operation] : auth;
}

import * as z from 'zod';
import { isEmptyCriteria } from '../lambdas/domain/selection.ts';
import * as field from './fields.ts';

const CRITERIA = 'all: true, ids, names, metadata, availabilityZones, volumeTypes or servers';

const metadataText = field.text('text; put it in quotes');

const criteria = field.mapping(
  {
    all: z
      .literal(true, { error: field.shouldBe('true, or left out') })
      .exactOptional()
      .meta({ description: 'Every volume of the cloud.' }),
    ids: field
      .listOf(field.text('the id of a volume'), 'a list of volume ids')
      .exactOptional()
      .meta({ description: 'Volumes with one of these ids.' }),
    names: field
      .listOf(field.text('a name with * and ?, in quotes'), 'a list of names, in which * and ? are wildcards')
      .exactOptional()
      .meta({
        description: 'Volumes whose whole name matches one of these globs (* and ?, case-sensitive).',
      }),
    metadata: z
      .record(metadataText, metadataText, { error: field.shouldBe('a mapping of metadata keys to values') })
      .refine((pairs) => Object.keys(pairs).length > 0, {
        error: field.shouldBe('a mapping of metadata keys to values; leave it out if there is none'),
      })
      .exactOptional()
      .meta({ description: 'Volumes that carry all of this metadata.' }),
    availabilityZones: field
      .listOf(field.text('an availability zone'), 'a list of availability zones')
      .exactOptional()
      .meta({ description: 'Volumes in one of these availability zones.' }),
    volumeTypes: field
      .listOf(field.text('a volume type'), 'a list of volume types')
      .exactOptional()
      .meta({ description: 'Volumes of one of these types.' }),
    servers: field
      .listOf(field.text('the id of a server'), 'a list of server ids')
      .exactOptional()
      .meta({ description: 'Volumes attached to one of these servers.' }),
  },
  'criteria for volumes',
);

export const select = field.mapping(
  {
    volumes: criteria
      .refine((volumes) => !isEmptyCriteria(volumes), {
        error: `selects nothing; should have at least one of ${CRITERIA}`,
      })
      .meta({ description: 'Every criterion given must match; within one, any of its values.' }),
    except: criteria
      .refine((except) => except.all === undefined, {
        error: 'excludes every volume, so that none is left; should name the volumes to leave out',
      })
      .exactOptional()
      .meta({ description: 'A volume that any of these criteria matches is left out.' }),
  },
  'which volumes',
);

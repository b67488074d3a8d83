import type { Config } from '../../config/config.ts';
import { UsageError } from './usage-error.ts';

/** The cloud that `--cloud` names, or the only one. @throws {UsageError} naming those that there are. */
export function findCloud(name: string | undefined, { clouds }: Config, file: string): string {
  const known = [...clouds.keys()];
  const [first, ...others] = known;
  if (name === undefined && first !== undefined && others.length === 0) return first;
  if (name !== undefined && clouds.has(name)) return name;
  const problem =
    name === undefined ? 'it is needed, as there are several' : `there is no cloud "${name}" in ${file}`;
  throw new UsageError(`--cloud: ${problem}; there is ${known.join(', ')}`);
}

import type { CatalogOrigin } from './ports.ts';
import type { Dependencies } from './run.ts';

/** What an export of the catalog says of itself, so that it is not read into another deployment's or another project's. */
export async function describeOrigin({ deployment, catalog, clock }: Dependencies): Promise<CatalogOrigin> {
  const projectIds: Record<string, string> = {};
  for (const name of deployment.clouds.keys()) {
    const known = await catalog.getCloud(name);
    if (known !== undefined) projectIds[name] = known.projectId;
  }
  return { deployment: deployment.name, exportedAt: clock.now(), projectIds };
}

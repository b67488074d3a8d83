/** The table on AWS that was named cannot be used. */
export class CatalogTableError extends Error {
  override readonly name = 'CatalogTableError';
}

export interface IndexDefinition {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

export interface TableDefinition {
  readonly partitionKey: string;
  readonly sortKey: string;
  /** Epoch seconds; DynamoDB sweeps an item some time after. */
  readonly ttlAttribute: string;
  /** All project every attribute; an item without both keys is not in it. */
  readonly indexes: readonly IndexDefinition[];
}

/**
 * The shape of the catalog's table, for CDK and for the embedded DynamoDB alike. All keys are strings.
 *
 * - `work`: the open records of a cloud in the order in which they were opened.
 * - `decisions`: the volumes of a cloud by the instant at which something is to be decided.
 */
export const CATALOG_TABLE: TableDefinition = {
  partitionKey: 'pk',
  sortKey: 'sk',
  ttlAttribute: 'forgetAtEpochSeconds',
  indexes: [
    { name: 'work', partitionKey: 'workCloud', sortKey: 'openedAt' },
    { name: 'decisions', partitionKey: 'decisionCloud', sortKey: 'decideAt' },
  ],
};

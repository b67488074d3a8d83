import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { CATALOG_TABLE } from '../table-definition.ts';

export interface CatalogTableProps {
  /** The table is encrypted with this key; without one, with DynamoDB's own in this account (`aws/dynamodb`). */
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
  /** Refuses to be deleted, by whomever. */
  readonly isProtected: boolean;
}

/**
 * The table that remembers every backup; it can be set back to any second of the last 35 days. On demand: it costs what is read and
 * written, and nothing else but its bytes.
 */
export class CatalogTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: CatalogTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: toStringKey(CATALOG_TABLE.partitionKey),
      sortKey: toStringKey(CATALOG_TABLE.sortKey),
      timeToLiveAttribute: CATALOG_TABLE.ttlAttribute,
      billingMode: BillingMode.PAY_PER_REQUEST,
      removalPolicy: props.removalPolicy,
      deletionProtection: props.isProtected,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...toEncryption(props.encryptionKey),
    });
    for (const index of CATALOG_TABLE.indexes) {
      this.table.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: toStringKey(index.partitionKey),
        sortKey: toStringKey(index.sortKey),
        projectionType: ProjectionType.ALL,
      });
    }
  }
}

function toStringKey(name: string) {
  return { name, type: AttributeType.STRING };
}

function toEncryption(encryptionKey: IKey | undefined) {
  return encryptionKey
    ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }
    : { encryption: TableEncryption.AWS_MANAGED };
}

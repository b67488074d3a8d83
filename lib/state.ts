import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { secretsOf } from '../config/cloud-secret.ts';
import type { Config } from '../config/config.ts';
import { CatalogTable } from './constructs/catalog-table.ts';
import { CloudCredential } from './constructs/cloud-credential.ts';

/** All that must outlive a deployment of the code: the catalog, and the clouds' credentials. */
export class State extends Construct {
  readonly catalog: Table;
  readonly credentials: readonly CloudCredential[];
  /** What everything of the deployment is encrypted with, if the config says so. */
  readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    const { kmsKeyArn, onRemoval } = config.aws;
    this.encryptionKey = kmsKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'Key', kmsKeyArn);
    const removalPolicy = onRemoval === 'keep' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const common = { removalPolicy, encryptionKey: this.encryptionKey };

    this.catalog = new CatalogTable(this, 'Catalog', { ...common, isProtected: onRemoval === 'keep' }).table;
    this.credentials = [...config.clouds.keys()].flatMap((cloud) => {
      const secrets = secretsOf(cloud, config);
      return secrets.map((secret) => {
        // One for everything has the cloud's name alone.
        const id = ['Credential', cloud, ...(secrets.length > 1 ? secret.operations : [])].join('-');
        return new CloudCredential(this, id, { ...common, cloud, secret });
      });
    });

    new CfnOutput(this, 'CatalogTableName', { value: this.catalog.tableName });
  }
}

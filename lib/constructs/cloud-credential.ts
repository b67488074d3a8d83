import { type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { CloudSecret } from '../../config/cloud-secret.ts';
import type { Operation } from '../../lambdas/domain/operation.ts';

export interface CloudCredentialProps {
  readonly cloud: string;
  readonly secret: CloudSecret;
  /** A secret that is made here is encrypted with this key; without one, with Secrets Manager's own in this account. */
  readonly encryptionKey: IKey | undefined;
  /** Of a secret that is made here. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The secret with the credential of one cloud: one that is there already, or a new one that stays empty until a person fills it. The
 * credential itself is in no template.
 */
export class CloudCredential extends Construct {
  /** As a policy names the secret; Secrets Manager ends an ARN with six characters of its own. */
  readonly policyArn: string;
  readonly #operations: readonly Operation[];

  constructor(scope: Construct, id: string, props: CloudCredentialProps) {
    super(scope, id);
    this.#operations = props.secret.operations;
    this.policyArn = props.secret.isOurs ? this.#create(props).secretArn : this.#find(props.secret.id);
  }

  /** Whether the credential is used for one of these at least. */
  servesAny(operations: readonly Operation[]): boolean {
    return this.#operations.some((operation) => operations.includes(operation));
  }

  #create({ cloud, secret, encryptionKey, removalPolicy }: CloudCredentialProps): Secret {
    const created = new Secret(this, 'Secret', {
      secretName: secret.id,
      description: `Credential of the OpenStack cloud ${cloud} to ${secret.operations.join(', ')}: an entry of clouds.yaml, as JSON`,
      removalPolicy,
      ...(encryptionKey && { encryptionKey }),
    });
    // Else CDK has a password generated, which would look like a credential.
    if (created.node.defaultChild instanceof CfnSecret)
      created.node.defaultChild.generateSecretString = undefined;
    Validations.of(created).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'OpenStack has no rotation that AWS could call; a person renews the credential, and the functions read it anew.',
    });
    return created;
  }

  #find(secret: string): string {
    if (secret.startsWith('arn:')) return secret;
    const { partition, region, account } = Stack.of(this);
    return `arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}-??????`;
  }
}

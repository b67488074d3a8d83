import { Duration, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** As long as SQS keeps anything. */
const KEPT_DAYS = 14;

export interface LostMessagesProps {
  readonly encryptionKey: IKey | undefined;
}

/** A queue that nobody reads but people: what could not be delivered, or was not done, waits there for two weeks. */
export class LostMessages extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { encryptionKey }: LostMessagesProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      retentionPeriod: Duration.days(KEPT_DAYS),
      enforceSSL: true,
      ...(encryptionKey
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
        : { encryption: QueueEncryption.SQS_MANAGED }),
    });
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'It is where messages end that were not processed; people read it, and nothing processes its messages.',
    });
  }
}
